import {
  bearer,
  Browser,
  callMcp,
  CHALLENGE,
  type Fields,
  TestClient,
  VERIFIER,
} from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { adding, count, expectRefusal } from './pages.js';
import { row } from './row.js';

/** The characters that a description may have (RFC 6749 §4.1.2.1). */
const DESCRIPTION = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/;

/** Rows Z8–Z15: what a request may ask for, once client and redirect URI are known to be right. */
export function authorizationRequestRows(bench: () => Bench): void {
  const browser = () => new Browser(bench().base);
  const get = (path: string) => browser().get(path);
  const register = (metadata: Record<string, unknown> = {}) => TestClient.register(bench().base, metadata);

  /** The client hears `error` at its own address. */
  async function expectErrors(client: TestClient, cases: [string, string, Fields | string][]): Promise<void> {
    for (const [name, error, changes] of cases) {
      const path = typeof changes === 'string' ? changes : client.authorizePath(changes);
      const page = await get(path);
      const target = new URL(page.location ?? 'missing:');
      expect({
        case: name,
        status: page.status,
        to: target.origin + target.pathname,
        error: target.searchParams.get('error'),
        described: DESCRIPTION.test(target.searchParams.get('error_description') ?? ''),
        code: target.searchParams.has('code'),
        cache: page.headers.get('cache-control'),
      }).toEqual({
        case: name,
        status: 303,
        to: client.redirectUri,
        error,
        described: true,
        code: false,
        cache: 'no-store',
      });
    }
  }

  async function errorOf(client: TestClient, changes: Fields): Promise<URLSearchParams> {
    const page = await get(client.authorizePath(changes));
    expect({ changes, status: page.status }).toEqual({ changes, status: 303 });
    return new URL(page.location ?? '').searchParams;
  }

  /** A connection that was asked for with these parameters works at the resource, and its code nowhere else. */
  async function expectBoundToResource(name: string, changes: Fields): Promise<void> {
    const client = await register();
    const code = await client.code(browser(), changes);
    const elsewhere = await client.redeem(code, { resource: 'https://other.example/mcp' });
    expect({ case: name, error: elsewhere.body.error }).toEqual({ case: name, error: 'invalid_target' });
    const { status, body } = await client.redeem(code, { resource: bench().resource });
    expect({ case: name, status }).toEqual({ case: name, status: 200 });
    const called = await callMcp(bench().base, bearer(body.access_token as string));
    expect({ case: name, status: called.status }).toEqual({ case: name, status: 200 });
  }

  row(
    {
      id: 'Z8',
      level: 'MUST',
      source: 'RFC 6749 §3.1.1 and §4.1.2.1, RFC 9700 §2.1.2',
      rule: 'A missing response type is an invalid request; every response type but `code` is unsupported.',
    },
    async () =>
      expectErrors(await register(), [
        ['missing', 'invalid_request', { response_type: undefined }],
        ['empty', 'invalid_request', { response_type: '' }],
        ...['token', 'code id_token', 'code token', 'id_token', 'none', 'CODE', 'code ', ' code'].map(
          (type): [string, string, Fields] => [type, 'unsupported_response_type', { response_type: type }],
        ),
      ]),
  );

  row(
    {
      id: 'Z9',
      level: 'MUST',
      source: 'RFC 7636 §4.4.1, OAuth 2.1 §4.1.1, MCP authorization',
      rule: 'Every client must send a code challenge, public or confidential.',
      note: 'OAuth 2.1 would let a confidential client do with a nonce; there are no nonces here, so PKCE is asked of all.',
    },
    async () => {
      const publicClient = await register();
      const confidential = await register({ token_endpoint_auth_method: 'client_secret_basic' });
      expect(confidential.secret).toEqual(expect.any(String));
      for (const client of [publicClient, confidential])
        await expectErrors(client, [
          ['no challenge', 'invalid_request', { code_challenge: undefined }],
          ['an empty one', 'invalid_request', { code_challenge: '' }],
          [
            'nothing of PKCE',
            'invalid_request',
            { code_challenge: undefined, code_challenge_method: undefined },
          ],
        ]);
    },
  );

  row(
    {
      id: 'Z10',
      level: 'MUST',
      source: 'RFC 7636 §4.2 and §4.3, RFC 9700 §2.1.1',
      rule: 'The challenge must be a S256 one: any other method, none, or a value that no SHA-256 has, is an invalid request.',
    },
    async () =>
      expectErrors(await register(), [
        ...['plain', 's256', 'S512', 'none', '', undefined].map((method): [string, string, Fields] => [
          `method ${method}`,
          'invalid_request',
          { code_challenge_method: method },
        ]),
        ['a plain verifier', 'invalid_request', { code_challenge: VERIFIER, code_challenge_method: 'plain' }],
        ...[
          CHALLENGE.slice(1),
          `${CHALLENGE}A`,
          `${CHALLENGE.slice(1)}=`,
          `${CHALLENGE}=`,
          `${CHALLENGE.slice(1)}+`,
          `${CHALLENGE.slice(1)}/`,
          `${CHALLENGE.slice(1)} `,
          `${CHALLENGE}\n`,
          `${CHALLENGE.slice(1)}é`,
          'x'.repeat(3_000),
        ].map((challenge): [string, string, Fields] => [
          `challenge ${challenge.slice(0, 60)}`,
          'invalid_request',
          { code_challenge: challenge },
        ]),
      ]),
  );

  row(
    {
      id: 'Z11',
      level: 'MUST',
      source: 'RFC 6749 §3.1, RFC 8707 §2',
      rule: 'A repeated parameter is an invalid request, told on a page where it leaves client or redirect URI in doubt; only `resource` may be repeated.',
    },
    async () => {
      const client = await register();
      const path = client.authorizePath();
      const doubtful: [string, string][] = [
        ['client_id, the same', adding(path, { client_id: client.clientId })],
        ['client_id, another', adding(path, { client_id: (await register()).clientId })],
        ['redirect_uri, the same', adding(path, { redirect_uri: client.redirectUri })],
        ['redirect_uri, another', adding(path, { redirect_uri: 'https://evil.example/' })],
        ['redirect_uri, one empty', adding(path, { redirect_uri: '' })],
      ];
      const before = await count(bench(), 'oauth_authorization_requests');
      for (const [name, doubled] of doubtful) expectRefusal(name, await get(doubled));
      expect(await count(bench(), 'oauth_authorization_requests')).toBe(before);
      const repeated: Fields = {
        response_type: 'code',
        state: 'a state',
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
        scope: 'mcp',
        nobody_knows: 'x',
      };
      const full = client.authorizePath({ scope: 'mcp', nobody_knows: 'x' });
      await expectErrors(
        client,
        Object.entries(repeated).flatMap(([name, value]): [string, string, string][] => [
          [`${name}, the same`, 'invalid_request', adding(full, { [name]: value })],
          [`${name}, another`, 'invalid_request', adding(full, { [name]: 'other' })],
        ]),
      );
      const names = ['__proto__', 'constructor', 'a"b\\c', 'é\r\nSet-Cookie: a', 'n'.repeat(3_000)];
      await expectErrors(
        client,
        names.map((name): [string, string, string] => {
          const twice = `${encodeURIComponent(name)}=1`;
          return [name.slice(0, 30), 'invalid_request', `${path}&${twice}&${twice}`];
        }),
      );
      const { resource } = bench();
      const twice = await get(adding(client.authorizePath({ resource }), { resource }));
      expect(twice.location).toMatch(/\/consent\?request=/);
      await expectErrors(client, [
        [
          'resource, another',
          'invalid_target',
          adding(client.authorizePath({ resource }), { resource: 'https://other.example/' }),
        ],
      ]);
    },
  );

  row(
    {
      id: 'Z12',
      level: 'MUST',
      source: 'RFC 8707 §2',
      rule: 'A resource other than the MCP endpoint, or none that is a URI without a fragment, is an invalid target.',
    },
    async () => {
      const client = await register();
      const { base, resource } = bench();
      const others = [
        'https://other.example',
        'https://other.example/mcp',
        `${resource}#fragment`,
        `${resource}#`,
        `${resource}?x=1`,
        `${resource}/other`,
        `${base}/other`,
        base,
        resource.replace('http:', 'https:'),
        resource.replace('localhost', 'localhost.evil.example'),
        resource.replace('localhost', 'user@localhost'),
        '/mcp',
        'mcp',
        'nonsense',
      ];
      for (const other of others) {
        const error = (await errorOf(client, { resource: other })).get('error');
        expect({ resource: other, error }).toEqual({ resource: other, error: 'invalid_target' });
      }
    },
  );

  row(
    {
      id: 'Z13',
      level: 'SHOULD',
      source: 'MCP authorization (canonical server URI), RFC 3986 §6.2.2.1',
      rule: 'The resource may be written with scheme and host in capitals or with a slash at its end; the connection is bound to the one resource all the same.',
    },
    async () => {
      const { resource } = bench();
      for (const written of [
        resource,
        resource.replace('http://localhost', 'HTTP://LOCALHOST'),
        `${resource}/`,
      ])
        await expectBoundToResource(written, { resource: written });
    },
  );

  row(
    {
      id: 'Z14',
      level: 'policy',
      source: 'RFC 8707 §2, MCP 2025-03-26',
      rule: 'A request that names no resource is bound to the MCP endpoint, the only one there is.',
      note: 'MCP asks clients to send it, but those of its 2025-03-26 revision do not know the parameter.',
    },
    async () => {
      await expectBoundToResource('left out', { resource: undefined });
      await expectBoundToResource('empty', { resource: '' });
    },
  );

  row(
    {
      id: 'Z15',
      level: 'policy',
      source: 'RFC 6749 §3.3 and §5.1',
      rule: 'Scopes that do not exist here are dropped, `mcp` is always granted, the token response says what became of the request; characters that no scope may have are an invalid scope.',
      note: 'RFC 6749 §3.3 lets the server ignore part of the scope if it tells the client; assistants ask for scopes of their own.',
    },
    async () => {
      const granted: [string | undefined, string][] = [
        [undefined, 'mcp'],
        ['', 'mcp'],
        ['mcp', 'mcp'],
        ['claudeai', 'mcp'],
        [' offline_access', 'mcp offline_access'],
        ['openid email profile', 'mcp'],
        ['offline_access mcp', 'mcp offline_access'],
        ['mcp  mcp   offline_access ', 'mcp offline_access'],
        ['MCP admin mcp:admin *', 'mcp'],
        ["!#$%&'()+,-./:;<=>?@[]^_`{|}~", 'mcp'],
      ];
      const client = await register();
      const person = browser();
      for (const [scope, result] of granted) {
        const tokens = await client.connect(person, { scope });
        expect({ scope, granted: tokens.scope }).toEqual({ scope, granted: result });
      }
      for (const scope of [
        'mcp"',
        'mcp\\',
        'é',
        'mcp\toffline_access',
        'mcp\noffline_access',
        '\x7f',
        '\0',
      ]) {
        const error = (await errorOf(client, { scope })).get('error');
        const expected = scope === '\0' ? 'invalid_request' : 'invalid_scope';
        expect({ scope, error }).toEqual({ scope, error: expected });
      }
    },
  );
}
