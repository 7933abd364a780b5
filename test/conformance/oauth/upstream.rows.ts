import type { ApiProcess } from '../../support/api-process.js';
import { freePort } from '../../support/free-port.js';
import { type Behaviour, HostileProvider } from '../../support/hostile-provider.js';
import { Browser, type Page, USER } from '../../support/oauth-client.js';
import { OpenIdProvider } from '../../support/openid-provider.js';
import type { Bench } from './bench.js';
import { count } from './pages.js';
import { row } from './row.js';

const ACCOUNTS = {
  grace: { email: 'grace@example.com', email_verified: true },
  // The subject is new; the address belongs to an account that signs in with a password, or to grace.
  'ada elsewhere': { email: USER.email, email_verified: true },
  'grace in name': { email: 'grace@example.com', email_verified: false },
};

/** Row U17: sign-in with an OpenID provider. */
export function upstreamRows(bench: () => Bench): void {
  /** A server of its own whose people come from the provider at `issuer`. */
  const start = (issuer: string, name: string): Promise<ApiProcess> =>
    bench().startServer({ OIDC_ISSUER: issuer, OIDC_CLIENT_ID: OpenIdProvider.clientId, OIDC_NAME: name });

  const isSignedIn = async (browser: Browser): Promise<boolean> =>
    (await browser.get('/account')).status === 200;

  /** A 400 page, and nobody is signed in. */
  async function expectRefused(what: string, browser: Browser, page: Page, status = 400): Promise<void> {
    const found = {
      what,
      status: page.status,
      html: page.headers.get('content-type')?.startsWith('text/html'),
    };
    expect(found).toEqual({ what, status, html: true });
    expect({ what, signedIn: await isSignedIn(browser) }).toEqual({ what, signedIn: false });
  }

  row(
    {
      id: 'U17',
      level: 'MUST',
      source: 'OpenID Connect Core §3.1.2.7, §3.1.3.7 and §5.7, RFC 9207, RFC 9700 §2.1.1',
      rule: 'Sign-in with an OpenID provider uses PKCE, takes an answer only with the state, nonce and issuer of this browser’s own sign-in, once; accounts are linked by issuer and subject, never by an address that is not verified, nor to an account that has another owner.',
    },
    async () => {
      const port = await freePort();
      const api = await start(`http://127.0.0.1:${port}`, 'Example Login');
      const redirectUri = `${api.url}/login/oidc/callback`;
      const provider = await OpenIdProvider.start({ port, redirectUri, accounts: ACCOUNTS });
      try {
        await answers(api, provider);
        await accounts(api, provider);
      } finally {
        await provider.stop();
      }
      await tokens();
    },
    120_000,
  );

  /** The authorization response: state, issuer, once, in the browser where it began. */
  async function answers(api: ApiProcess, provider: OpenIdProvider): Promise<void> {
    const visit = async (browser: Browser): Promise<URL> => {
      const { location = '' } = await browser.get('/login/oidc');
      const asked = new URL(location).searchParams;
      expect([asked.get('code_challenge_method'), asked.get('code_challenge')?.length]).toEqual(['S256', 43]);
      const back = new URL(await provider.visit(location, { login: 'grace' }));
      bench().ledger.add('code of the provider', back.searchParams.get('code') ?? '');
      return back;
    };
    const changes: Record<string, (url: URL) => void> = {
      'another state': (url) => url.searchParams.set('state', 'x'.repeat(43)),
      'no state': (url) => url.searchParams.delete('state'),
      'another issuer': (url) => url.searchParams.set('iss', 'https://evil.example'),
      'no issuer': (url) => url.searchParams.delete('iss'),
      'another code': (url) => url.searchParams.set('code', 'x'.repeat(43)),
    };
    for (const [what, change] of Object.entries(changes)) {
      const browser = new Browser(api.url);
      const url = await visit(browser);
      change(url);
      await expectRefused(what, browser, await browser.get(url.href));
    }
    const [browser, other, copy] = [new Browser(api.url), new Browser(api.url), new Browser(api.url)];
    const { href } = await visit(browser);
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    await other.get('/login/oidc');
    await expectRefused('in another browser', other, await other.get(href));
    const before = browser.cookies.get('sid');
    expect((await browser.get(href)).status).toBe(303);
    expect(await isSignedIn(browser)).toBe(true);
    expect(browser.cookies.get('sid')).not.toBe(before);
    await expectRefused('a second time', copy, await copy.get(href));
  }

  /** Who gets which account. */
  async function accounts(api: ApiProcess, provider: OpenIdProvider): Promise<void> {
    const signIn = async (login: string): Promise<[Browser, Page]> => {
      const browser = new Browser(api.url);
      const { location = '' } = await browser.get('/login/oidc');
      return [browser, await browser.get(await provider.visit(location, { login }))];
    };
    const before = await count(bench(), 'user_identities');
    expect((await signIn('grace'))[1].status).toBe(303);
    for (const login of ['ada elsewhere', 'grace in name']) {
      const [browser, page] = await signIn(login);
      await expectRefused(login, browser, page, 403);
    }
    expect(await count(bench(), 'user_identities')).toBe(before);
    const linked = await bench().sql<{ issuer: string; subject: string }>(
      `SELECT issuer, subject FROM user_identities i JOIN users u ON u.id = i.user_id WHERE u.email = $1`,
      [ACCOUNTS.grace.email],
    );
    expect(linked).toEqual([{ issuer: provider.issuer, subject: 'grace' }]);
  }

  /** The ID token, from a provider that does it wrong. */
  async function tokens(): Promise<void> {
    const provider = await HostileProvider.start();
    try {
      const api = await start(provider.issuer, 'Hostile Login');
      const signIn = async (browser: Browser): Promise<Page> => {
        const { location = '' } = await browser.get('/login/oidc');
        return browser.get(provider.authorize(location).href);
      };
      const now = Math.floor(Date.now() / 1_000);
      const wrong: Record<string, Behaviour> = {
        'another nonce': { claims: { nonce: 'x' } },
        'no nonce': { claims: { nonce: undefined } },
        'another issuer': { claims: { iss: 'https://evil.example' } },
        'another audience': { claims: { aud: 'another client' } },
        'an ID token that is over': { claims: { iat: now - 7_200, exp: now - 3_600 } },
        'another access token': { claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } },
        'no signature': { signature: 'none' },
        'a signature of somebody else': { signature: 'other key' },
      };
      for (const [what, behaviour] of Object.entries(wrong)) {
        provider.behaviour = behaviour;
        const browser = new Browser(api.url);
        await expectRefused(what, browser, await signIn(browser));
      }
      provider.behaviour = {};
      const browser = new Browser(api.url);
      expect((await signIn(browser)).status).toBe(303);
      expect(await isSignedIn(browser)).toBe(true);
      expect(provider.tokenRequests.at(-1)?.get('code_verifier')).toMatch(/^[\w-]{43,128}$/);
    } finally {
      await provider.stop();
    }
  }
}
