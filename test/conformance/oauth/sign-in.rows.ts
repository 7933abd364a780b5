import {
  Browser,
  consentPage,
  continueTarget,
  hiddenFields,
  OTHER_USER,
  type Page,
  TestClient,
  USER,
} from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { APP, useClientDocuments } from './client-documents.js';
import { count } from './pages.js';
import { row } from './row.js';

const CURSOR = 'cursor://anysphere.cursor-mcp/oauth/callback';

/** Rows U1–U4: what the person is asked, and shown. */
export function signInRows(bench: () => Bench): void {
  const documents = useClientDocuments(bench);
  const browser = () => new Browser(bench().base);
  const register = (metadata: Record<string, unknown> = {}) => TestClient.register(bench().base, metadata);
  const codes = () => count(bench(), 'oauth_authorization_codes');
  const grants = () => count(bench(), 'oauth_grants');

  function expectAsked(name: string, page: Page): void {
    expect({ case: name, status: page.status, fields: Object.keys(hiddenFields(page.body)) }).toEqual({
      case: name,
      status: 200,
      fields: ['_csrf', 'request'],
    });
  }

  row(
    {
      id: 'U1',
      level: 'MUST',
      source: 'MCP security best practices (confused deputy), RFC 9700 §4.11',
      rule: 'A signed-in person is asked before a client gets a code, also when another client of the same name and address was allowed before; looking at the page allows nothing.',
    },
    async () => {
      const metadata = { client_name: 'My assistant', redirect_uris: ['https://a.example/cb'] };
      const person = browser();
      await (await register(metadata)).connect(person);
      const before = [await codes(), await grants()];
      const twin = await register(metadata);
      const page = await consentPage(person, twin);
      expectAsked('a twin', page);
      await person.get(`/consent?request=${hiddenFields(page.body).request}`);
      await person.get(`/consent?request=${hiddenFields(page.body).request}&decision=approve`);
      expect([await codes(), await grants()]).toEqual(before);
    },
  );

  row(
    {
      id: 'U2',
      level: 'SHOULD',
      source: 'RFC 8252 §8.6, OAuth 2.1 §7.3.1',
      rule: 'Consent is asked every time, of every client, and no earlier answer stands in for it.',
      note: 'RFC 8252 §8.6 asks it for native applications, whose identity nobody can prove; here it holds for all, so that no client needs to be told apart.',
    },
    async () => {
      const trusted = await register({ redirect_uris: ['https://trusted.example/cb'] });
      await bench().sql(`UPDATE oauth_clients SET kind = 'static' WHERE client_id = $1`, [trusted.clientId]);
      const clients = {
        loopback: await register(),
        'private scheme': await register({ redirect_uris: [CURSOR] }),
        web: await register({ redirect_uris: ['https://a.example/cb'] }),
        confidential: await register({ token_endpoint_auth_method: 'client_secret_basic' }),
        'entered by an admin': trusted,
        'described by a document': documents.client(documents.server().publish('/row-u2', APP)),
      };
      const person = browser();
      for (const [name, client] of Object.entries(clients))
        for (const decision of ['approve', 'deny', 'approve']) {
          const page = await consentPage(person, client, { scope: 'mcp' });
          expectAsked(name, page);
          await person.post('/consent', { ...hiddenFields(page.body), decision });
        }
    },
  );

  row(
    {
      id: 'U3',
      level: 'MUST',
      source: 'MCP security best practices, RFC 6819 §5.2.4.3, RFC 8252 §8.6',
      rule: 'The consent page says who asks, what it will be able to do, for which account and where the browser goes then; it calls a client that registered itself unverified, names the host that speaks for one with a document, and warns of one on this computer.',
    },
    async () => {
      const cases: [string, string, RegExp][] = [
        ['http://127.0.0.1:4711/cb', '127.0.0.1:4711', /runs on this computer/],
        ['http://localhost:4711/cb', 'localhost:4711', /runs on this computer/],
        [CURSOR, 'cursor:', /opened on this computer/],
        ['https://a.example/cb', 'a.example', /only if you know <strong>a\.example/],
        ['https://xn--e1awd7f.example:8443/cb', 'xn--e1awd7f.example:8443', /only if you know/],
      ];
      for (const [uri, host, warning] of cases) {
        const client = await register({ client_name: 'Some assistant', redirect_uris: [uri] });
        const { body } = await consentPage(browser(), client, { scope: 'mcp offline_access' }, OTHER_USER);
        const told = ['Some assistant', `<code>${host}</code>`, OTHER_USER.email, 'Unverified application'];
        for (const text of [...told, 'Run models', 'Stay connected'])
          expect({ uri, body }).toEqual({ uri, body: expect.stringContaining(text) as string });
        expect({ uri, body }).toEqual({ uri, body: expect.stringMatching(warning) as string });
        expect(body).not.toContain(USER.email);
      }
      const redirect_uris = [...APP.redirect_uris, 'http://127.0.0.1/cb'];
      const clientId = documents.server().publish('/row-u3', { ...APP, redirect_uris });
      const speaks: [string, RegExp][] = [
        ['https://app.example/cb', /What is certain is that <strong>localhost:\d+<\/strong> speaks for it/],
        ['http://127.0.0.1:4711/cb', /any program can say that it is this application/],
      ];
      for (const [uri, said] of speaks) {
        const { body } = await consentPage(browser(), documents.client(clientId, uri));
        const { host } = new URL(clientId);
        for (const text of [APP.client_name, `<code>${host}</code>`, `<code>${new URL(uri).host}</code>`])
          expect({ uri, body }).toEqual({ uri, body: expect.stringContaining(text) as string });
        expect({ uri, body }).toEqual({ uri, body: expect.stringMatching(said) as string });
        expect(body).not.toContain('Unverified');
      }
      const plain = await consentPage(browser(), await register({ client_name: '' }), { scope: 'mcp' });
      expect(plain.body).toContain('<span class="name">127.0.0.1</span>');
      expect(plain.body).not.toContain('Stay connected');
    },
  );

  row(
    {
      id: 'U4',
      level: 'MUST',
      source: 'RFC 7591 §5, OWASP ASVS 5.3.3, Unicode TR36',
      rule: 'What a client calls itself is text wherever it is shown: escaped, without control and direction characters, short; its pictures and links are not loaded.',
    },
    async () => {
      const names: [string, string][] = [
        ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
        ['"><img src=x onerror=alert(1)>', '&quot;&gt;&lt;img src&#x3D;x onerror&#x3D;alert(1)&gt;'],
        ['{{csrf}} {{{account}}}', '{{csrf}} {{{account}}}'],
        ['&lt;b&gt;', '&amp;lt;b&amp;gt;'],
        ['safe\u202eelpmaxe\u2066.exe\u200b\ufeff', 'safeelpmaxe.exe'],
        ['a\u0000b\nc\td\u2028e', 'a b c d e'],
        ['\ud83e half', 'half'],
        ['x'.repeat(10_240), `${'x'.repeat(79)}…`],
        ['🦀'.repeat(100), `${'🦀'.repeat(79)}…`],
        [' \u200b\u202e\n ', 'a.example'],
      ];
      const elsewhere = { logo_uri: 'https://evil.example/logo.svg', client_uri: 'https://evil.example/' };
      for (const [name, shown] of names) {
        const client = await register({
          client_name: name,
          redirect_uris: ['https://a.example/cb'],
          ...elsewhere,
        });
        const person = browser();
        const page = await consentPage(person, client);
        const approved = await person.post('/consent', { ...hiddenFields(page.body), decision: 'approve' });
        await client.redeem(continueTarget(approved.body).searchParams.get('code') ?? '');
        const interstitial = await browser().get(client.authorizePath({ response_type: 'token' }));
        const connections = await person.get('/account/connections');
        for (const { body } of [page, approved, interstitial, connections]) {
          expect({ name, body }).toEqual({ name, body: expect.stringContaining(shown) as string });
          expect({ name, body }).not.toEqual({
            name,
            body: expect.stringMatching(
              /<script>|<img src=x|evil\.example|x{81}|[\u202a-\u202e\u2066-\u2069]/,
            ) as string,
          });
        }
        expect(page.body).toContain(`<span class="name">${shown}</span>`);
      }
    },
    120_000,
  );
}
