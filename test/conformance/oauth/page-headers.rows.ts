import {
  Browser,
  consentPage,
  hiddenFields,
  type Page,
  TestClient,
  USER,
} from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { expectSafePage } from './pages.js';
import { row } from './row.js';

/** Rows U5 and U11: what every page for people carries. */
export function pageHeaderRows(bench: () => Bench): void {
  const browser = () => new Browser(bench().base);
  const register = (metadata: Record<string, unknown> = {}) => TestClient.register(bench().base, metadata);

  /** One of each page that people come across. */
  async function everyPage(): Promise<Record<string, Page>> {
    const client = await register();
    const web = await register({ redirect_uris: ['https://a.example/cb'] });
    const person = browser();
    const asked = await consentPage(person, client);
    return {
      'front page': await browser().get('/'),
      'sign-in': await browser().get('/login'),
      'failed sign-in': await browser().signIn({ ...USER, password: 'wrong password' }),
      consent: asked,
      'consent, refused': await person.post('/consent', { decision: 'approve' }),
      'consent, unknown': await person.get('/consent?request=unknown'),
      'after consent': await person.post('/consent', { ...hiddenFields(asked.body), decision: 'approve' }),
      'error, of the client': await browser().get(client.authorizePath({ client_id: 'unknown' })),
      'error, to be told on': await browser().get(web.authorizePath({ response_type: 'token' })),
      'sign-out': await person.get('/logout'),
      'signed out': await browser().get('/logout'),
      account: await person.get('/account'),
      connections: await person.get('/account/connections'),
      keys: await person.get('/account/keys'),
    };
  }

  row(
    {
      id: 'U5',
      level: 'MUST',
      source: 'RFC 9700 §4.16, RFC 6749 §10.13',
      rule: "No page can be framed: each has `X-Frame-Options: DENY` and `frame-ancestors 'none'`, errors too.",
    },
    async () => {
      for (const [name, page] of Object.entries(await everyPage())) {
        expect({ name, frames: page.headers.get('x-frame-options') }).toEqual({ name, frames: 'DENY' });
        const policy = page.headers.get('content-security-policy');
        expect({ name, policy }).toEqual({
          name,
          policy: expect.stringMatching(/(^|; )frame-ancestors 'none'(;|$)/) as string,
        });
      }
    },
  );

  row(
    {
      id: 'U11',
      level: 'SHOULD',
      source: 'RFC 9700 §4.2.4, OWASP ASVS 14.4',
      rule: 'Pages are not stored, send no referrer, are not sniffed, and load nothing from anywhere else; redirects between them are not stored either.',
    },
    async () => {
      for (const [name, page] of Object.entries(await everyPage())) {
        expectSafePage(name, page);
        const loaded = [
          ...page.body.matchAll(
            /<(?:script|img|link|iframe|form|source)\b[^>]*?(?:src|href|action)="([^"]*)"/g,
          ),
        ];
        expect(loaded.length).toBeGreaterThan(0);
        expect({
          name,
          loaded: loaded.map(([, url]) => url).filter((url) => !/^\/(?!\/)/.test(url ?? '')),
        }).toEqual({ name, loaded: [] });
      }
      const client = await register();
      const person = browser();
      const authorized = await person.get(client.authorizePath());
      const toLogin = await person.get(authorized.location ?? '');
      const signedIn = await person.signIn(USER, toLogin.location);
      const again = await person.get('/login');
      for (const page of [authorized, toLogin, signedIn, again])
        expect([page.status, page.headers.get('cache-control'), page.headers.get('referrer-policy')]).toEqual(
          [303, 'no-store', 'no-referrer'],
        );
    },
  );
}
