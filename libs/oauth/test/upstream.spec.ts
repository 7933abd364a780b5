import { UsersService } from '#libs/accounts';
import { freePort } from '../../../test/support/free-port.js';
import { OpenIdProvider } from '../../../test/support/openid-provider.js';
import { type OAuthApp, START_LIMIT_MS, startOAuthApp } from './oauth-app.js';
import {
  Browser,
  continueTarget,
  hiddenFields,
  type Page,
  TestClient,
  USER,
} from '../../../test/support/oauth-client.js';

const SECRET = 'a secret & with: signs / that need %20 encoding';

const ACCOUNTS = {
  grace: { email: 'grace@example.com', email_verified: true, name: 'Grace' },
  hedy: { email: 'hedy@example.com', email_verified: true },
  unverified: { email: 'joan@example.com', email_verified: false },
  stranger: { email: 'mallory@elsewhere.example', email_verified: true },
  nameless: {},
  ada: { email: USER.email, email_verified: true },
  invited: { email: 'invited@example.com', email_verified: true },
};

let server: OAuthApp;
let provider: OpenIdProvider;

beforeAll(async () => {
  const providerPort = await freePort();
  server = await startOAuthApp({
    OIDC_ISSUER: `http://127.0.0.1:${providerPort}`,
    OIDC_CLIENT_ID: OpenIdProvider.clientId,
    OIDC_CLIENT_SECRET: SECRET,
    OIDC_NAME: 'Example & Co',
  });
  const redirectUri = `${server.base}/login/oidc/callback`;
  provider = await OpenIdProvider.start({
    redirectUri,
    accounts: ACCOUNTS,
    secret: SECRET,
    port: providerPort,
  });
}, START_LIMIT_MS);

afterAll(async () => {
  await server?.close();
  await provider?.stop();
});

/** Through the provider and back: the page that the callback answers. */
async function signIn(browser: Browser, login: string, path = '/login/oidc'): Promise<Page> {
  const begun = await browser.get(path);
  return browser.get(await provider.visit(begun.location ?? '', { login }));
}

const audit = async (): Promise<Record<string, unknown>> => {
  const [row] = await server.dataSource.query<Record<string, unknown>[]>(
    'SELECT type, actor_id, user_id, details FROM audit_records ORDER BY id DESC LIMIT 1',
  );
  return row ?? {};
};

const account = async (browser: Browser): Promise<Page> => browser.get('/account');

describe('sign-in with the identity provider', () => {
  it('leaves with PKCE, state and nonce, and nothing of them in the page’s own address', async () => {
    const { status, location = '', headers } = await new Browser(server.base).get('/login/oidc');
    expect(status).toBe(303);
    expect(headers.get('cache-control')).toBe('no-store');
    const { origin, searchParams } = new URL(location);
    expect(origin).toBe(provider.issuer);
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: OpenIdProvider.clientId,
      redirect_uri: `${server.base}/login/oidc/callback`,
      response_type: 'code',
      scope: 'openid email profile',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
  });

  it('makes an account the first time, and finds it again the second', async () => {
    const browser = new Browser(server.base);
    await browser.get('/login');
    const before = browser.cookies.get('sid');
    const page = await signIn(browser, 'grace');
    expect([page.status, page.location]).toEqual([303, `${server.base}/account`]);
    expect(browser.cookies.get('sid')).not.toBe(before);
    expect((await account(browser)).body).toContain('grace@example.com');
    const user = await server.app.get(UsersService).findByEmail('grace@example.com');
    expect(await audit()).toEqual({
      type: 'sign_in.succeeded',
      actor_id: user?.id,
      user_id: user?.id,
      details: { method: 'oidc' },
    });
    await signIn(new Browser(server.base), 'grace');
    expect(await audit()).toMatchObject({ type: 'sign_in.succeeded', user_id: user?.id });
  });

  it('leads through an assistant’s request to the consent of the same browser', async () => {
    const client = await TestClient.register(server.base);
    const browser = new Browser(server.base);
    const authorized = await browser.get(client.authorizePath());
    const login = await browser.get((await browser.get(authorized.location ?? '')).location ?? '');
    const [, link = ''] = /href="(\/login\/oidc\?[^"]+)"/.exec(login.body) ?? [];
    expect(login.body).toContain('Continue with Example &amp; Co');
    const back = await signIn(browser, 'grace', link.replaceAll('&amp;', '&'));
    expect(back.location).toBe(authorized.location);
    const consent = await browser.get(back.location ?? '');
    expect(consent.body).toContain('grace@example.com');
    const approved = await browser.post('/consent', { ...hiddenFields(consent.body), decision: 'approve' });
    const code = continueTarget(approved.body).searchParams.get('code') ?? '';
    expect((await client.redeem(code)).status).toBe(200);
    // In a browser of somebody else who came the same way, the request is not there.
    const other = new Browser(server.base);
    await signIn(other, 'hedy');
    expect((await other.get(authorized.location ?? '')).status).toBe(403);
  });

  it.each(['https://evil.example', '//evil.example', '/\\evil.example'])(
    'stays here for %s',
    async (target) => {
      const page = await signIn(
        new Browser(server.base),
        'grace',
        `/login/oidc?return_to=${encodeURIComponent(target)}`,
      );
      expect(page.location).toBe(`${server.base}/account`);
    },
  );

  it('asks who it is, when told so, even if the provider knows somebody', async () => {
    const browser = new Browser(server.base);
    const person = new Browser(provider.issuer);
    const begin = async (path: string) => (await browser.get(path)).location ?? '';
    await provider.visit(await begin('/login/oidc'), { login: 'grace' }, person);
    const silent = await person.get(await begin('/login/oidc'));
    expect(silent.location).toContain('/login/oidc/callback');
    const asked = await person.get(await begin('/login/oidc?account=other'));
    expect(asked.location).toContain('/interaction/');
  });

  it('goes on in two windows of one browser', async () => {
    const browser = new Browser(server.base);
    const [one, other] = [await browser.get('/login/oidc'), await browser.get('/login/oidc')];
    const answer = await provider.visit(one.location ?? '', { login: 'grace' });
    expect((await browser.get(answer)).status).toBe(303);
    expect(other.location).not.toBe(one.location);
  });
});

describe('an answer that belongs to no sign-in', () => {
  const answered = async (browser: Browser): Promise<URL> => {
    const begun = await browser.get('/login/oidc');
    return new URL(await provider.visit(begun.location ?? '', { login: 'grace' }));
  };

  const refused = async (browser: Browser, address: string): Promise<void> => {
    const page = await browser.get(address);
    expect(page.status).toBe(400);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.body).toContain('You are not signed in');
    expect((await account(browser)).location).toContain('/login');
  };

  it.each<[string, (url: URL) => void]>([
    ['another state', (url) => url.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (url) => url.searchParams.delete('state')],
    ['an empty state', (url) => url.searchParams.set('state', '')],
    ['two states', (url) => url.searchParams.append('state', 'x')],
    ['another issuer', (url) => url.searchParams.set('iss', 'https://evil.example')],
    ['no issuer, which this provider always names', (url) => url.searchParams.delete('iss')],
    ['two issuers', (url) => url.searchParams.append('iss', 'https://evil.example')],
    ['another code', (url) => url.searchParams.set('code', 'x'.repeat(43))],
    ['no code', (url) => url.searchParams.delete('code')],
    ['two codes', (url) => url.searchParams.append('code', 'x')],
    ['nothing', (url) => (url.search = '')],
  ])('signs nobody in: %s', async (_, change) => {
    const browser = new Browser(server.base);
    const url = await answered(browser);
    change(url);
    await refused(browser, url.href);
  });

  it('signs nobody in: the answer of another browser', async () => {
    const [victim, attacker] = [new Browser(server.base), new Browser(server.base)];
    const answer = await answered(attacker);
    await victim.get('/login/oidc');
    await refused(victim, answer.href);
    await refused(new Browser(server.base), answer.href);
  });

  it('signs nobody in a second time, and ends no session that stands', async () => {
    const browser = new Browser(server.base);
    const { href } = await answered(browser);
    const copy = new Browser(server.base);
    for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
    expect((await browser.get(href)).status).toBe(303);
    await refused(copy, href);
    expect((await browser.get(href)).status).toBe(400);
    expect((await account(browser)).status).toBe(200);
  });

  it('uses a state up even when the sign-in fails', async () => {
    const browser = new Browser(server.base);
    const url = await answered(browser);
    const wrong = new URL(url);
    wrong.searchParams.set('iss', 'https://evil.example');
    await refused(browser, wrong.href);
    await refused(browser, url.href);
  });

  it('signs nobody in after ten minutes', async () => {
    const browser = new Browser(server.base);
    const { href } = await answered(browser);
    await server.dataSource.query(
      `UPDATE web_sessions SET data = jsonb_set(data, '{upstreamSignIns,0,startedAt}',
         to_jsonb((data #>> '{upstreamSignIns,0,startedAt}')::bigint - 600000))
       WHERE data ? 'upstreamSignIns' AND jsonb_array_length(data -> 'upstreamSignIns') = 1`,
    );
    const before = await audit();
    await refused(browser, href);
    // It concerns no account, and anyone can make such an answer up.
    expect(await audit()).toEqual(before);
  });
});

describe('accounts', () => {
  it('that have a password are not handed over, and their owner is told what to do', async () => {
    const browser = new Browser(server.base);
    const page = await signIn(browser, 'ada', '/login/oidc?return_to=%2Faccount%2Fkeys');
    expect(page.status).toBe(403);
    expect(page.body).toContain(USER.email);
    expect(page.body).toContain('Sign in with the password');
    expect(page.body).toContain('href="/login?return_to=%2Faccount%2Fkeys"');
    expect((await account(browser)).location).toContain('/login');
    const ada = await server.app.get(UsersService).findByEmail(USER.email);
    expect(await audit()).toMatchObject({
      type: 'sign_in.failed',
      user_id: ada?.id,
      details: { method: 'oidc', reason: 'account_has_password' },
    });
  });

  it('that an administrator made for the address are taken, with their role', async () => {
    const users = server.app.get(UsersService);
    await users.create({ email: 'invited@example.com', password: null, role: 'curator' });
    const browser = new Browser(server.base);
    expect((await signIn(browser, 'invited')).status).toBe(303);
    expect((await account(browser)).body).toContain('curator');
  });

  it('that are disabled stay outside', async () => {
    await signIn(new Browser(server.base), 'hedy');
    const users = server.app.get(UsersService);
    const hedy = await users.findByEmail('hedy@example.com');
    await users.setDisabled(hedy?.id ?? '', true);
    const page = await signIn(new Browser(server.base), 'hedy');
    expect(page.status).toBe(403);
    expect(page.body).toContain('disabled');
    await users.setDisabled(hedy?.id ?? '', false);
  });

  it('without an address are refused', async () => {
    const page = await signIn(new Browser(server.base), 'nameless');
    expect(page.status).toBe(403);
    expect(page.body).toContain('did not tell this server your e-mail address');
  });
});

describe('a provider that says no', () => {
  it('is quoted by its code, with a way to try again', async () => {
    const browser = new Browser(server.base);
    const begun = await browser.get('/login/oidc?return_to=%2Faccount%2Fkeys');
    const answer = await provider.visit(begun.location ?? '', { login: 'grace', decision: 'no' });
    const page = await browser.get(answer);
    expect(page.status).toBe(400);
    expect(page.body).toContain('Example &amp; Co did not sign you in (access_denied)');
    expect(page.body).not.toContain('The person said no');
    expect(page.body).toContain('account=other&amp;return_to=%2Faccount%2Fkeys');
  });

  it('is not quoted when it writes more than a code', async () => {
    const browser = new Browser(server.base);
    const begun = new URL((await browser.get('/login/oidc')).location ?? '');
    const query = new URLSearchParams({
      error: '<b>call 555-1234</b>',
      state: begun.searchParams.get('state') ?? '',
      iss: provider.issuer,
    });
    const page = await browser.get(`/login/oidc/callback?${query.toString()}`);
    expect(page.status).toBe(400);
    expect(page.body).not.toContain('555-1234');
  });
});
