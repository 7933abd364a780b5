import { Browser, continueTarget, type Fields, TestClient } from '../../support/oauth-client.js';
import { ADMIN, type Bench } from './bench.js';
import { count, expectRefusal } from './pages.js';
import { row } from './row.js';

const WEB = { redirect_uris: ['https://a.example/cb'] };

/** Rows Z1–Z7 and Z18: whom the authorization endpoint answers by redirect: client and redirect URI. */
export function authorizationRows(bench: () => Bench): void {
  const get = (path: string) => new Browser(bench().base).get(path);
  const register = (metadata: Record<string, unknown> = {}) => TestClient.register(bench().base, metadata);

  /** Each path gets a page, no redirect, and leaves no authorization request behind. */
  async function expectPages(cases: [string, string][]): Promise<void> {
    for (const [name, path] of cases) {
      const before = await count(bench(), 'oauth_authorization_requests');
      expectRefusal(name, await get(path));
      expect({ case: name, requests: await count(bench(), 'oauth_authorization_requests') }).toEqual({
        case: name,
        requests: before,
      });
    }
  }

  const expectRefusedRedirects = (client: TestClient, uris: string[]) =>
    expectPages(uris.map((uri) => [uri, client.authorizePath({ redirect_uri: uri })]));

  async function expectProceeds(name: string, path: string): Promise<void> {
    const page = await get(path);
    expect({ case: name, status: page.status, location: page.location }).toEqual({
      case: name,
      status: 303,
      location: expect.stringMatching(/\/consent\?request=[\w-]+$/) as string,
    });
    expect(page.headers.get('cache-control')).toBe('no-store');
  }

  /** Over the administration's REST interface. */
  async function whileAllowed(host: string, act: () => Promise<void>): Promise<void> {
    const printed = await bench().admin(
      'key',
      'create',
      '--email',
      ADMIN.email,
      '--name',
      'row Z18',
      '--role',
      'admin',
    );
    const [key = ''] = /mrk_[\w-]{43}/.exec(printed) ?? [];
    bench().ledger.add('API key', key);
    const url = `${bench().base}/admin/oauth/client-hosts/${host}`;
    const headers = { authorization: `Key ${key}`, 'content-type': 'application/json' };
    const set = await fetch(url, { method: 'PUT', headers, body: JSON.stringify({ rule: 'allow' }) });
    expect(set.status).toBe(200);
    try {
      await act();
    } finally {
      await fetch(url, { method: 'DELETE', headers: { authorization: headers.authorization } });
    }
  }

  row(
    {
      id: 'Z1',
      level: 'MUST',
      source: 'RFC 6749 §4.1.2.1',
      rule: 'A request of no client, or of one that this server does not know, gets a page that tells the person to add the server again, and never a redirect.',
    },
    async () => {
      const client = await register();
      const [deleted, disabled] = [await register(), await register()];
      await bench().sql('DELETE FROM oauth_clients WHERE client_id = $1', [deleted.clientId]);
      await bench().sql('UPDATE oauth_clients SET disabled_at = now() WHERE client_id = $1', [
        disabled.clientId,
      ]);
      const cases: [string, string][] = [
        ['missing', client.authorizePath({ client_id: undefined })],
        ['empty', client.authorizePath({ client_id: '' })],
        ['unknown', client.authorizePath({ client_id: 'mrc_unknown' })],
        ['in another case', client.authorizePath({ client_id: client.clientId.toUpperCase() })],
        ['with a space behind it', client.authorizePath({ client_id: `${client.clientId} ` })],
        ['with a NUL', client.authorizePath({ client_id: `${client.clientId}\0` })],
        ['SQL', client.authorizePath({ client_id: "' OR 1=1 --" })],
        ['4,000 characters', client.authorizePath({ client_id: 'x'.repeat(4_000) })],
        ['deleted', deleted.authorizePath()],
        ['disabled', disabled.authorizePath()],
        ['no parameter at all', '/oauth/authorize'],
      ];
      await expectPages(cases);
      for (const [name, path] of cases) {
        const { body } = await get(path);
        expect({ case: name, body }).toEqual({
          case: name,
          body: expect.stringContaining('Remove this server in your assistant, then add it again') as string,
        });
        expect(body).not.toContain(client.redirectUri);
      }
    },
  );

  row(
    {
      id: 'Z2',
      level: 'MUST',
      source: 'RFC 9700 §4.1.3, OAuth 2.1 §4.1.1',
      rule: 'A redirect URI that the client did not register gets a page and no redirect, whatever else is right.',
    },
    async () => {
      const other = await register({ redirect_uris: ['https://b.example/cb'] });
      await expectRefusedRedirects(await register(WEB), [
        'https://evil.example/cb',
        other.redirectUri,
        'http://a.example/cb',
        'http://127.0.0.1/cb',
        'cursor://a.example/cb',
        'javascript:alert(1)',
        'data:text/html,hello',
        '/cb',
        'a.example/cb',
        'nonsense',
        `${bench().base}/account`,
      ]);
    },
  );

  row(
    {
      id: 'Z3',
      level: 'MUST',
      source: 'RFC 9700 §2.1 and §4.1.3, RFC 3986 §6.2.1',
      rule: 'Redirect URIs on the web are compared as strings: whatever differs in one character is refused, even if it means the same.',
    },
    async () => {
      const client = await register(WEB);
      await expectProceeds('the very same', client.authorizePath());
      await expectRefusedRedirects(client, [
        'https://a.example/cb/',
        'https://a.example/cb?x=1',
        'https://a.example/cb?',
        'https://a.example/cb#x',
        'https://a.example/CB',
        'https://A.example/cb',
        'HTTPS://a.example/cb',
        'https://a.example//cb',
        '//a.example/cb',
        'https://a.example:443/cb',
        'https://a.example:8443/cb',
        'https://a.example.evil.example/cb',
        'https://a.example@evil.example/cb',
        'https://evil.example\\@a.example/cb',
        'https://user@a.example/cb',
        'https://a.example./cb',
        'https://a.example/x/../cb',
        'https://a.example/./cb',
        'https://a.example/%63b',
        'https://a.example/cb%00',
        'https://a.example/cb\0',
        'https://a.example/cb\r\nSet-Cookie: a=b',
        ' https://a.example/cb',
        'https://a.example/cb ',
        'https://a.example/cb,https://evil.example/cb',
        'https://\u0430.example/cb',
        'https://a\u3002example/cb',
        'https://\uff41.example/cb',
      ]);
    },
  );

  row(
    {
      id: 'Z4',
      level: 'MUST',
      source: 'RFC 8252 §7.3, OAuth 2.1 §8.4.2',
      rule: 'A native application may be answered at any port of the loopback address that it registered, and the code belongs to that port.',
    },
    async () => {
      for (const host of ['127.0.0.1', 'localhost', '[::1]'])
        for (const registered of [`http://${host}/cb`, `http://${host}:1111/cb`]) {
          const client = await register({ redirect_uris: [registered] });
          for (const requested of [`http://${host}:54321/cb`, `http://${host}/cb`])
            await expectProceeds(
              `${requested} of ${registered}`,
              client.authorizePath({ redirect_uri: requested }),
            );
        }
      const client = await register();
      const redirect_uri = 'http://127.0.0.1:54321/cb';
      const refused = await get(client.authorizePath({ redirect_uri, scope: '"' }));
      expect(refused.location).toMatch(/^http:\/\/127\.0\.0\.1:54321\/cb\?error=invalid_scope&/);
      const page = await client.consent(new Browser(bench().base), { redirect_uri });
      const target = continueTarget(page.body);
      expect(target.origin + target.pathname).toBe(redirect_uri);
      const code = target.searchParams.get('code') ?? '';
      expect((await client.redeem(code, { redirect_uri: client.redirectUri })).body.error).toBe(
        'invalid_grant',
      );
      expect((await client.redeem(code, { redirect_uri })).status).toBe(200);
    },
  );

  row(
    {
      id: 'Z5',
      level: 'MUST',
      source: 'RFC 8252 §7.3, RFC 9700 §4.1.3',
      rule: 'Of a loopback redirect URI nothing but the port may differ: not the path, the query, the scheme, or the name of the host.',
    },
    async () => {
      await expectRefusedRedirects(await register(), [
        'http://127.0.0.1:54321/other',
        'http://127.0.0.1:54321/cb/',
        'http://127.0.0.1:54321/CB',
        'http://127.0.0.1:54321/cb?x=1',
        'http://127.0.0.1:54321/cb#x',
        'http://127.0.0.1:54321/',
        'https://127.0.0.1:54321/cb',
        'https://127.0.0.1/cb',
        'http://localhost:54321/cb',
        'http://[::1]:54321/cb',
        'http://127.0.0.1:99999/cb',
        'http://127.0.0.1:/cb',
        'http://127.0.0.1:-1/cb',
      ]);
      await expectRefusedRedirects(await register({ redirect_uris: ['http://localhost/cb'] }), [
        'http://127.0.0.1/cb',
        'http://127.0.0.1:54321/cb',
        'http://LOCALHOST:54321/cb',
        'https://localhost/cb',
      ]);
    },
  );

  row(
    {
      id: 'Z6',
      level: 'MUST',
      source: 'RFC 9700 §4.1.3, RFC 8252 §8.3',
      rule: 'Nothing that only looks like a loopback address, or is another way to write one, passes as one.',
    },
    async () => {
      const client = await register({ redirect_uris: ['http://127.0.0.1/cb', 'http://localhost/cb'] });
      await expectRefusedRedirects(client, [
        'http://localhost.evil.example/cb',
        'http://127.0.0.1.evil.example/cb',
        'http://127.0.0.1.nip.io/cb',
        'http://evil.example/cb?http://127.0.0.1/cb',
        'http://127.0.0.1@evil.example/cb',
        'http://127.0.0.1:54321@evil.example/cb',
        'http://127.0.0.1\\@evil.example/cb',
        'http://127.0.0.1%2eevil.example/cb',
        'http://127.1/cb',
        'http://127.0.0.2/cb',
        'http://0.0.0.0/cb',
        'http://2130706433/cb',
        'http://0x7f.0.0.1/cb',
        'http://0177.0.0.1/cb',
        'http://[::ffff:127.0.0.1]/cb',
        'http://localhost./cb',
        'http://①27.0.0.1/cb',
        'http://127。0。0。1/cb',
      ]);
    },
  );

  row(
    {
      id: 'Z7',
      level: 'MUST',
      source: 'RFC 6749 §3.1 and §3.1.2.3',
      rule: 'The redirect URI may be left out, or empty, when exactly one is registered; with more than one the request gets a page.',
    },
    async () => {
      const one = await register(WEB);
      const two = await register({ redirect_uris: ['https://a.example/1', 'https://a.example/2'] });
      await expectProceeds('left out', one.authorizePath({ redirect_uri: undefined }));
      await expectProceeds('empty', one.authorizePath({ redirect_uri: '' }));
      await expectPages([
        ['left out of two', two.authorizePath({ redirect_uri: undefined })],
        ['empty of two', two.authorizePath({ redirect_uri: '' })],
      ]);
      const page = await one.consent(new Browser(bench().base), { redirect_uri: undefined });
      const target = continueTarget(page.body);
      expect(target.origin + target.pathname).toBe(one.redirectUri);
      const code = target.searchParams.get('code') ?? '';
      expect((await one.redeem(code, { redirect_uri: undefined })).status).toBe(200);
    },
  );

  row(
    {
      id: 'Z18',
      level: 'MUST',
      source: 'RFC 9700 §4.11.2',
      rule: 'While nobody is signed in, an error of a client on the web is told on a page that names its host and links there; the redirect is for applications on the person’s own machine, hosts that an administrator allowed, and people who are signed in.',
      note: 'Anyone may register a client, so the redirect would make this server an open redirector. RFC 9700 wants the person authenticated first.',
    },
    async () => {
      const web = await register(WEB);
      const mistakes: Fields[] = [
        { response_type: undefined },
        { response_type: 'token' },
        { scope: '"' },
        { code_challenge: undefined },
        { resource: 'https://other.example/' },
      ];
      for (const changes of mistakes) {
        const page = await get(web.authorizePath({ state: 'a&b', ...changes }));
        expectRefusal(JSON.stringify(changes), page);
        expect(page.body).toContain('Go back to a.example');
        const [, href = ''] = /href="(https:\/\/a\.example\/cb\?[^"]+)"/.exec(page.body) ?? [];
        const { searchParams } = new URL(href.replaceAll('&amp;', '&'));
        expect([...searchParams.keys()]).toEqual(['error', 'error_description', 'state', 'iss']);
        expect(searchParams.get('state')).toBe('a&b');
        expect(page.body).toContain(searchParams.get('error') ?? '');
      }
      const own = [
        'http://127.0.0.1/cb',
        'http://localhost/cb',
        'http://[::1]/cb',
        'cursor://anysphere.cursor-mcp/oauth/callback',
      ];
      for (const uri of own) {
        const client = await register({ redirect_uris: [uri] });
        const page = await get(client.authorizePath({ response_type: undefined }));
        expect({ uri, status: page.status, location: page.location }).toEqual({
          uri,
          status: 303,
          location: expect.stringContaining(`${uri}?error=invalid_request&`) as string,
        });
      }
      await whileAllowed('a.example', async () => {
        const page = await get(web.authorizePath({ response_type: undefined }));
        expect([page.status, new URL(page.location ?? '').host]).toEqual([303, 'a.example']);
      });
      expectRefusal('allowed no more', await get(web.authorizePath({ response_type: undefined })));
      const person = new Browser(bench().base);
      await person.signIn();
      const page = await person.get(web.authorizePath({ response_type: undefined }));
      expect(page.status).toBe(303);
      expect(page.location).toMatch(/^https:\/\/a\.example\/cb\?error=invalid_request&/);
    },
  );
}
