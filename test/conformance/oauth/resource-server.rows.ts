import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import {
  bearer,
  Browser,
  callMcp,
  hiddenFields,
  json,
  TestClient,
  type Tokens,
  USER,
} from '../../support/oauth-client.js';
import { type RawRequest, rawRequest } from '../../support/raw-http.js';
import { bearerTokenRows } from './bearer-token.rows.js';
import { ADMIN, type Bench } from './bench.js';
import { passthroughRow } from './passthrough.rows.js';
import { row } from './row.js';

/** One TCP window without scaling: what a client may have on its way before it hears anything. */
const WINDOW_BYTES = 64 * 1024;

/** What @modelcontextprotocol clients in browsers send. */
const MCP_HEADERS = 'authorization, content-type, mcp-protocol-version, mcp-method, mcp-name';

/** Rows R: the MCP endpoint as a protected resource. */
export function resourceServerRows(bench: () => Bench): void {
  bearerTokenRows(bench);

  const statusOf = async (token: string, base = bench().base) => (await callMcp(base, bearer(token))).status;

  row(
    {
      id: 'R14',
      level: 'MUST',
      source: 'MCP authorization (token handling), OWASP ASVS 5.0 §7.4.2',
      rule: 'When its user or its client is disabled, or its grant revoked, a token gets 401 from the next call on, and enabling again does not bring it back to life for the user.',
    },
    async () => {
      const email = `disabled-${randomBytes(4).toString('hex')}@example.org`;
      const password = 'a password that will be disabled';
      await bench().admin('user', 'create', '--email', email, '--password', password);
      const [used, unused] = [await connectAs({ email, password }), await connectAs({ email, password })];
      expect(await statusOf(used.access_token)).toBe(200);
      expect(await statusOf(used.access_token, bench().secondReplica)).toBe(200);
      await bench().admin('user', 'disable', '--email', email);
      expect(await statusOf(unused.access_token)).toBe(401);
      await eventually401(used.access_token, bench().base);
      await eventually401(used.access_token, bench().secondReplica);
      await bench().admin('user', 'enable', '--email', email);
      expect(await statusOf(used.access_token)).toBe(401);

      const browser = new Browser(bench().base);
      const client = await TestClient.register(bench().base, { client_name: 'To be disconnected' });
      const { access_token } = await client.connect(browser);
      expect(await statusOf(access_token)).toBe(200);
      const [, form = ''] = (await browser.get('/account/connections')).body.split('To be disconnected');
      await browser.post('/account/connections', hiddenFields(form.slice(0, form.indexOf('</form>'))));
      expect(await statusOf(access_token)).toBe(401);

      const administrated = await TestClient.register(bench().base);
      const tokens = await administrated.connect(browser);
      expect(await statusOf(tokens.access_token)).toBe(200);
      await disableAsAdmin(administrated.clientId);
      expect(await statusOf(tokens.access_token)).toBe(401);
      await eventually401(tokens.access_token, bench().secondReplica);
    },
  );

  const connectAs = async (user: { email: string; password: string }): Promise<Tokens> => {
    const client = await TestClient.register(bench().base);
    const browser = new Browser(bench().base);
    await browser.signIn(user);
    return client.connect(browser);
  };

  /** Through the administration's REST interface, by API key. */
  const disableAsAdmin = async (clientId: string) => {
    const browser = new Browser(bench().base);
    await browser.signIn(ADMIN);
    const page = await browser.get('/account/keys');
    const made = await browser.post('/account/keys', {
      ...hiddenFields(page.body),
      name: 'row R14',
      role: 'admin',
    });
    const [key = ''] = /mrk_[\w-]{43}/.exec(made.body) ?? [];
    const clients = `${bench().base}/admin/oauth/clients`;
    const headers = { authorization: `Key ${key}` };
    const found = await json(await fetch(`${clients}?search=${clientId}`, { headers }));
    const [client] = found.body.items as { id: string }[];
    const disabled = await fetch(`${clients}/${client?.id}/disable`, { method: 'POST', headers });
    expect(disabled.status).toBe(200);
  };

  /** The event of another process is on its way when that process ends; it need not have arrived. */
  const eventually401 = async (token: string, base: string) => {
    const deadline = Date.now() + 1_000;
    while ((await statusOf(token, base)) === 200 && Date.now() < deadline) await delay(20);
    expect(await statusOf(token, base)).toBe(401);
  };

  row(
    {
      id: 'R15',
      level: 'interop',
      source: 'Fetch §3.2 (CORS); MCP Inspector',
      rule: 'A page of any origin gets its preflight answered without a token, and may read the challenge of every answer; credentials of the browser never travel along.',
    },
    async () => {
      for (const origin of ['http://localhost:6274', 'https://inspector.example', 'null']) {
        const preflight = await fetch(bench().resource, {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': 'POST',
            'access-control-request-headers': MCP_HEADERS,
          },
        });
        expect({ origin, ok: preflight.ok }).toEqual({ origin, ok: true });
        expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
        expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
        const allowed = (preflight.headers.get('access-control-allow-headers') ?? '').toLowerCase();
        // `*` would leave out Authorization.
        for (const header of MCP_HEADERS.split(', ')) expect(allowed).toContain(header);
        expect(preflight.headers.get('access-control-allow-credentials')).toBeNull();
        expectReadable((await callMcp(bench().base, { origin })).headers);
      }
      const origin = 'http://localhost:6274';
      const { access_token } = await connectAs(USER);
      for (const [status, headers, query] of [
        [200, bearer(access_token), ''],
        [401, bearer('garbage'), ''],
        [400, bearer(access_token), '?access_token=x'],
      ] as const) {
        const answer = await callMcp(bench().base, { ...headers, origin }, query);
        expect(answer.status).toBe(status);
        expectReadable(answer.headers);
      }
    },
  );

  passthroughRow(bench);

  row(
    {
      id: 'R18',
      level: 'interop',
      source: 'RFC 9110 §15.4 (clients drop Authorization when redirected); people who type the address',
      rule: '`/mcp/` and `/mcp` are the same: no redirect, the same challenge, the same answer; other spellings of the path open nothing either.',
    },
    async () => {
      const { access_token } = await connectAs(USER);
      const ask = (path: string, headers: Record<string, string>) =>
        fetch(`${bench().base}${path}`, {
          method: 'POST',
          redirect: 'manual',
          headers: { 'content-type': 'application/json', accept: '*/*', ...headers },
          body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
        });
      const [plain, slash] = [await ask('/mcp', {}), await ask('/mcp/', {})];
      expect([plain.status, slash.status]).toEqual([401, 401]);
      expect(slash.headers.get('www-authenticate')).toBe(plain.headers.get('www-authenticate'));
      const same = ['/mcp', '/mcp/', '/%6dcp', '/mcp?a=b'];
      const good = await Promise.all(same.map((path) => ask(path, bearer(access_token))));
      expect(good.map(({ status }) => status)).toEqual(same.map(() => 200));
      const answers = await Promise.all(good.map((answer) => answer.text()));
      expect(new Set(answers).size).toBe(1);
      for (const path of [
        '/%6dcp',
        '/mcp//',
        '//mcp',
        '/MCP',
        '/mcp;a=b',
        '/x/../mcp',
        '/mcp/%2e',
        '/mcp%2f',
      ]) {
        const { status } = await ask(path, {});
        expect({ path, open: status < 400 }).toEqual({ path, open: false });
      }
    },
  );

  describe('a stranger who announces 280 MB', () => {
    const head = 'POST /mcp HTTP/1.1\nHost: localhost\nContent-Type: application/json\n';
    const piece = '"'.padEnd(8 * 1024, 'x');
    const pieces = (text: string) => Array.from({ length: WINDOW_BYTES / piece.length }, () => text);
    const cases: [string, RawRequest][] = [
      ['as Content-Length', { head: `${head}Content-Length: 293601280`, body: pieces(piece) }],
      [
        'in chunks',
        {
          head: `${head}Transfer-Encoding: chunked`,
          body: pieces(`${piece.length.toString(16)}\r\n${piece}\r\n`),
        },
      ],
      [
        'and waits to be told to continue',
        { head: `${head}Content-Length: 293601280\nExpect: 100-continue`, body: [] },
      ],
    ];

    it.each(cases)('%s gets the 401 before one TCP window is sent', async (_, request) => {
      const answer = await rawRequest(bench().base, { ...request, pauseMs: 25 });
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer resource_metadata="/);
      expect(answer.sent).toBeLessThanOrEqual(WINDOW_BYTES);
      // An invitation to send the body would come first.
      expect(answer.text).toMatch(/^HTTP\/1\.1 401 /);
    });
  });
}

function expectReadable(headers: Headers): void {
  expect(headers.get('access-control-allow-origin')).toBe('*');
  expect(headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
  expect(headers.get('access-control-allow-credentials')).toBeNull();
}
