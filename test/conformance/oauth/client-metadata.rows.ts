import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Browser, register, TestClient } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { row } from './row.js';

const CALLBACK = 'https://a.example/cb';

const CURSOR_URIS = [
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'https://www.cursor.com/agents/mcp/oauth/callback',
  'http://localhost:8787/callback',
];

/** URIs of applications on people's machines (RFC 8252 §7.1). */
const PRIVATE_SCHEME_URIS = [
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'vscode://vscode.github-authentication/did-authenticate',
  'claude://claude.ai/mcp-auth-callback/sdk',
  'com.example.app:/oauth2redirect',
];

const UNUSABLE_URIS = [
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'file:///etc/passwd',
  'blob:https://a.example/1',
  'vbscript:msgbox(1)',
  'view-source:https://a.example/',
  'about:blank',
  'mailto:a@a.example',
  'ftp://a.example/cb',
  'http://evil.example/cb',
  'http://localhost.evil.example/cb',
  'http://127.0.0.1.evil.example/cb',
  'http://127.1/cb',
  'http://2130706433/cb',
  'http://0x7f000001/cb',
  'http://10.0.0.1/cb',
  'https://a.example/cb#fragment',
  'https://a.example/cb#',
  'cursor://a/cb#fragment',
  'https://*.example/cb',
  'https://a.example/*',
  'https://user:pw@a.example/cb',
  'https://@a.example/cb',
  'http://localhost@evil.example/cb',
  'https:///cb',
  'https:\\\\a.example\\cb',
  '//a.example/cb',
  '/relative',
  'cb',
  '',
  ' https://a.example/cb',
  'https://a.example/c b',
  'https://a.example/\u202ecb',
  'https://a.example/\0',
  'https://a.example;sandbox/cb',
  `https://a.example/${'x'.repeat(2_100)}`,
];

/** Rows G3 to G9 and G13: what a client may say about itself. */
export function clientMetadataRows(bench: () => Bench): void {
  const send = (metadata: unknown) => register(bench().base, metadata);
  const sendPublic = (metadata: object) => send({ token_endpoint_auth_method: 'none', ...metadata });

  const expectRefused = async (metadata: unknown, what: string, error: string) => {
    const answer = await send(metadata);
    expect({ what, status: answer.status, error: answer.body.error }).toEqual({ what, status: 400, error });
    expect(answer.body.error_description).toEqual(expect.any(String));
    expect(answer.headers.get('cache-control')).toBe('no-store');
  };

  row(
    {
      id: 'G3',
      level: 'MUST',
      source: 'RFC 7591 §2 and §3.2.2',
      rule: 'Without at least one redirect URI, in an array of strings, nothing is registered.',
    },
    async () => {
      const values = [undefined, null, [], '', CALLBACK, {}, 1, [1], [null], [[CALLBACK]], [CALLBACK, {}]];
      for (const redirect_uris of values) {
        await expectRefused(
          { redirect_uris },
          JSON.stringify(redirect_uris) ?? 'absent',
          'invalid_redirect_uri',
        );
      }
    },
  );

  row(
    {
      id: 'G4',
      level: 'MUST',
      source: 'RFC 6749 §3.1.2, RFC 8252 §7 and §8.3, RFC 9700 §4.1 and §4.11',
      rule: 'A redirect URI that runs code, is not absolute, has a fragment, a wildcard or user information, leaves the machine without TLS, or is too long, is refused, and so is the whole registration with it; there may be 20.',
    },
    async () => {
      for (const uri of UNUSABLE_URIS) {
        const what = JSON.stringify(uri.slice(0, 60));
        await expectRefused({ redirect_uris: [uri] }, what, 'invalid_redirect_uri');
        await expectRefused({ redirect_uris: [CALLBACK, uri] }, `${what}, second`, 'invalid_redirect_uri');
      }
      const uris = (count: number) => Array.from({ length: count }, (_, index) => `${CALLBACK}/${index}`);
      await expectRefused({ redirect_uris: uris(21) }, '21 URIs', 'invalid_redirect_uri');
      expect((await send({ redirect_uris: uris(20) })).status).toBe(201);
      expect((await send({ redirect_uris: [`${CALLBACK}?${'x'.repeat(2_000)}`] })).status).toBe(201);
    },
  );

  row(
    {
      id: 'G5',
      level: 'policy',
      source: 'RFC 8252 §7.1; Cursor, VS Code, Claude Desktop',
      rule: 'Native applications may register a scheme of their own, which PKCE protects; an administrator can allow https and loopback alone.',
      note: 'MCP authorization speaks of https and localhost only, but Cursor could not connect at all then, and PKCE (row Z9) takes away what a stolen code would be good for.',
    },
    async () => {
      for (const uri of PRIVATE_SCHEME_URIS) {
        const answer = await sendPublic({ redirect_uris: [uri] });
        expect({ uri, status: answer.status }).toEqual({ uri, status: 201 });
        expect(answer.body.redirect_uris).toEqual([uri]);
        const client = await TestClient.register(bench().base, { redirect_uris: [uri] });
        const withoutPkce = await new Browser(bench().base).get(
          client.authorizePath({ code_challenge: undefined, code_challenge_method: undefined }),
        );
        expect(new URL(withoutPkce.location ?? '').searchParams.get('error')).toBe('invalid_request');
      }
      const strict = await bench().startServer({ PRIVATE_REDIRECT_SCHEMES: 'false' });
      for (const [uri, status] of [
        ...PRIVATE_SCHEME_URIS.map((uri) => [uri, 400] as const),
        [CALLBACK, 201] as const,
        ['http://localhost/callback', 201] as const,
      ]) {
        const answer = await register(strict.url, {
          redirect_uris: [uri],
          token_endpoint_auth_method: 'none',
        });
        expect({ uri, status: answer.status }).toEqual({ uri, status });
        if (status === 400) expect(answer.body.error).toBe('invalid_redirect_uri');
      }
    },
  );

  row(
    {
      id: 'G6',
      level: 'interop',
      source: 'OpenID Connect Dynamic Client Registration 1.0 §2 (application_type); Cursor',
      rule: 'The three kinds of redirect URI of one client are taken together, though it calls itself a web application.',
      note: 'What OpenID Connect rules out for `application_type` `web` is not enforced: this server is no OpenID provider, and the check would only lock this client out.',
    },
    async () => {
      const answer = await sendPublic({
        client_name: 'Cursor',
        redirect_uris: CURSOR_URIS,
        application_type: 'web',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      });
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({ redirect_uris: CURSOR_URIS, application_type: 'web' });
    },
  );

  row(
    {
      id: 'G7',
      level: 'interop',
      source: 'RFC 7591 §2 and §3.2.1; VS Code',
      rule: 'Grants that this server does not have are left out of the registration, and the answer says which remain.',
    },
    async () => {
      const { status, body } = await sendPublic({
        client_name: 'Visual Studio Code',
        client_uri: 'https://code.visualstudio.com',
        redirect_uris: [
          'https://insiders.vscode.dev/redirect',
          'https://vscode.dev/redirect',
          'http://127.0.0.1/',
          'http://127.0.0.1:33418/',
        ],
        grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        response_types: ['code'],
        scope: 'mcp offline_access',
        application_type: 'native',
      });
      expect(status).toBe(201);
      expect(body).toMatchObject({
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        // It gives up its scopes when they are not all there.
        scope: 'mcp offline_access',
        client_name: 'Visual Studio Code',
        application_type: 'native',
      });
      expect(body.redirect_uris).toHaveLength(4);
      const unusable = { redirect_uris: [CALLBACK], grant_types: ['client_credentials'] };
      await expectRefused(unusable, 'no grant is left', 'invalid_client_metadata');
    },
  );

  row(
    {
      id: 'G8',
      level: 'MUST',
      source: 'RFC 7591 §2 and §3.2.1',
      rule: 'Members that mean nothing here are ignored, scopes that do not exist are narrowed away, empty lists count as absent.',
    },
    async () => {
      const cases: [string, object, object][] = [
        ['an empty scope', { scope: '' }, { scope: 'mcp' }],
        ['an unknown scope', { scope: 'claudeai' }, { scope: 'mcp' }],
        [
          'known and unknown scopes',
          { scope: ' openid offline_access email' },
          { scope: 'mcp offline_access' },
        ],
        ['unknown members', { favourite_colour: 'blue', nested: { a: [1] }, null: null }, { scope: 'mcp' }],
        ['software', { software_id: 's-1', software_version: '1.2' }, { software_id: 's-1' }],
        ['no contacts', { contacts: [] }, {}],
        ['empty lists', { grant_types: [], response_types: [] }, { response_types: ['code'] }],
        ['null members', { client_name: null, scope: null, grant_types: null, jwks_uri: null }, {}],
        [
          'names in languages',
          { 'client_name#ja': 'クライアント', client_name: 'Client' },
          { client_name: 'Client' },
        ],
      ];
      for (const [what, metadata, expected] of cases) {
        const { status, body } = await sendPublic({ redirect_uris: [CALLBACK], ...metadata });
        expect({ what, status, body }).toEqual({
          what,
          status: 201,
          body: expect.objectContaining(expected),
        });
        expect(body).not.toHaveProperty('favourite_colour');
      }
    },
  );

  row(
    {
      id: 'G9',
      level: 'MUST',
      source: 'RFC 7591 §3.2.2',
      rule: 'What a client cannot do without and this server cannot do is refused: an unknown way to authenticate, a response type other than code, members of the wrong type.',
    },
    async () => {
      const cases: [string, object][] = [
        ['client_secret_jwt', { token_endpoint_auth_method: 'client_secret_jwt' }],
        ['private_key_jwt', { token_endpoint_auth_method: 'private_key_jwt' }],
        ['tls_client_auth', { token_endpoint_auth_method: 'tls_client_auth' }],
        ['a method that is a list', { token_endpoint_auth_method: ['none'] }],
        ['an empty method', { token_endpoint_auth_method: '' }],
        ['response type token', { response_types: ['token'] }],
        ['response type id_token', { response_types: ['code id_token'] }],
        ['response types as text', { response_types: 'code' }],
        ['grants as text', { grant_types: 'authorization_code' }],
        ['a grant that is a number', { grant_types: [1] }],
        ['refresh alone', { grant_types: ['refresh_token'] }],
        ['a name that is an object', { client_name: {} }],
        ['a scope that is a list', { scope: ['mcp'] }],
        ['a NUL', { software_id: 'a\0b' }],
        ['half a character', { software_id: '\ud800' }],
        ['a long version', { software_version: 'x'.repeat(3_000) }],
      ];
      for (const [what, metadata] of cases) {
        await expectRefused({ redirect_uris: [CALLBACK], ...metadata }, what, 'invalid_client_metadata');
      }
    },
  );

  row(
    {
      id: 'G13',
      level: 'MUST NOT',
      source: 'RFC 7591 §5, RFC 9700 §4.11, OWASP ASVS 5.0 §1.3.6 (SSRF)',
      rule: 'No address in a registration is ever fetched, neither then nor when the person is asked; one that is not of the web is refused.',
    },
    async () => {
      const visits: string[] = [];
      const server = createServer((request, response) => {
        visits.push(request.url ?? '');
        response.end('{}');
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      try {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const client = await TestClient.register(bench().base, {
          client_uri: `${url}/client`,
          logo_uri: `${url}/logo.png`,
          policy_uri: `${url}/policy`,
          tos_uri: `${url}/tos`,
          jwks_uri: `${url}/jwks`,
          sector_identifier_uri: `${url}/sector`,
          initiate_login_uri: `${url}/login`,
          request_uris: [`${url}/request`],
          software_statement: 'eyJhbGciOiJub25lIn0.e30.',
        });
        await client.connect(new Browser(bench().base));
        await delay(300);
        expect(visits).toEqual([]);
        // The listener does hear what is fetched.
        await fetch(`${url}/control`);
        expect(visits).toEqual(['/control']);
      } finally {
        server.close();
        server.closeAllConnections();
      }
      for (const member of ['client_uri', 'logo_uri', 'policy_uri', 'tos_uri', 'jwks_uri']) {
        for (const value of [
          'javascript:alert(1)',
          'file:///etc/passwd',
          'data:,x',
          'gopher://a.example',
          'x',
          1,
        ]) {
          const metadata = { redirect_uris: [CALLBACK], [member]: value };
          await expectRefused(metadata, `${member} ${value}`, 'invalid_client_metadata');
        }
      }
    },
  );
}
