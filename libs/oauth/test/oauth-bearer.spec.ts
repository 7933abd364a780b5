import { connect } from 'node:net';
import { UsersService } from '#libs/accounts';
import { ExpiredRowsSweeper } from '../src/expired-rows.sweeper.js';
import { type OAuthApp, START_LIMIT_MS, startOAuthApp, USER } from './oauth-app.js';
import { bearer, Browser, callMcp, TestClient, type Tokens } from './oauth-client.js';

let server: OAuthApp;
let base: string;
let browser: Browser;
let client: TestClient;
let tokens: Tokens;

beforeAll(async () => {
  server = await startOAuthApp();
  base = server.base;
  browser = new Browser(base);
  client = await TestClient.register(base);
  tokens = await client.connect(browser);
}, START_LIMIT_MS);

afterAll(() => server.close());

const wwwAuthenticate = (answer: { headers: Headers }): string =>
  answer.headers.get('www-authenticate') ?? '';

/** A request as bytes, for what fetch does not send; resolves with the first bytes of the answer. */
function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname === 'localhost' ? '127.0.0.1' : hostname);
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
    socket.once('data', (bytes) => {
      resolve(bytes.toString());
      socket.destroy();
    });
    socket.once('error', reject);
    socket.write(text);
  });
}

describe('/mcp', () => {
  it('tells a stranger where to go, without an error', async () => {
    const answer = await callMcp(base);
    expect(answer.status).toBe(401);
    expect(wwwAuthenticate(answer)).toBe(
      `Bearer resource_metadata="${base}/.well-known/oauth-protected-resource/mcp", scope="mcp"`,
    );
    expect(answer.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
  });

  it.each([
    ['garbage', () => 'garbage'],
    ['a refresh token', () => tokens.refresh_token],
    ['an authorization code', () => client.code(browser)],
  ])('refuses %s', async (_, token) => {
    const answer = await callMcp(base, bearer(await token()));
    expect(answer.status).toBe(401);
    expect(wwwAuthenticate(answer)).toContain('error="invalid_token"');
    expect(wwwAuthenticate(answer)).toContain('resource_metadata="');
  });

  it.each([
    ['no token', 'Bearer ', 400],
    ['two tokens', 'Bearer a b', 400],
    ['another scheme', 'Basic YTpi', 401],
  ])('refuses a header with %s', async (_, authorization, status) => {
    expect((await callMcp(base, { authorization })).status).toBe(status);
  });

  it('does not mind how the scheme is spelled', async () => {
    expect((await callMcp(base, { authorization: `bearer ${tokens.access_token}` })).status).toBe(200);
  });

  it('takes tokens from the header alone', async () => {
    expect((await callMcp(base, {}, `?access_token=${tokens.access_token}`)).status).toBe(401);
    const both = await callMcp(base, bearer(tokens.access_token), `?access_token=${tokens.access_token}`);
    expect(both.status).toBe(400);
    expect(wwwAuthenticate(both)).toContain('error="invalid_request"');
    for (const [type, body] of [
      ['application/json', JSON.stringify({ access_token: tokens.access_token })],
      ['application/x-www-form-urlencoded', `access_token=${tokens.access_token}`],
    ] as const) {
      const response = await fetch(`${base}/mcp`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
      expect(response.status).toBe(401);
    }
  });

  it('refuses two Authorization headers, even good ones', async () => {
    const header = `Authorization: Bearer ${tokens.access_token}\r\n`;
    const answer = await raw(`POST /mcp HTTP/1.1\r\nHost: x\r\n${header}${header}Content-Length: 0\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('is not opened by a web session', async () => {
    await browser.signIn();
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    expect((await callMcp(base, { cookie })).status).toBe(401);
  });

  it('answers a stranger who announces 280 MB before reading any of it', async () => {
    const answer = await raw(
      `POST /mcp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 293601280\r\n\r\n{`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  it.each(['/mcp/', '/%6dcp'])('is the same under %s', async (path) => {
    expect((await fetch(`${base}${path}`, { method: 'POST' })).status).toBe(401);
    expect(
      (await fetch(`${base}${path}`, { method: 'POST', headers: bearer(tokens.access_token) })).status,
    ).toBe(200);
  });
});

describe('a token that was good', () => {
  const forget = () => new Promise((resolve) => setTimeout(resolve, 5_100));

  it('without the scope mcp is forbidden', async () => {
    const { refresh_token } = await client.connect(browser, { scope: 'mcp offline_access' });
    const narrow = (await client.refresh(refresh_token, { scope: 'offline_access' }))
      .body as unknown as Tokens;
    const answer = await callMcp(base, bearer(narrow.access_token));
    expect(answer.status).toBe(403);
    expect(wwwAuthenticate(answer)).toContain('error="insufficient_scope"');
    expect(wwwAuthenticate(answer)).toContain('scope="mcp"');
  });

  it('ends with its time, its resource, its grant, its client', async () => {
    const changes = [
      'UPDATE oauth_access_tokens SET expires_at = now() WHERE grant_id = $1',
      `UPDATE oauth_grants SET resource = 'https://other.example/mcp' WHERE id = $1`,
      'UPDATE oauth_grants SET revoked_at = now() WHERE id = $1',
      'UPDATE oauth_clients SET disabled_at = now() WHERE id = (SELECT client_id FROM oauth_grants WHERE id = $1)',
    ];
    for (const change of changes) {
      const own = await TestClient.register(base);
      const { access_token } = await own.connect(browser);
      const [grant] = await server.dataSource.query<{ id: string }[]>(
        'SELECT id FROM oauth_grants ORDER BY created_at DESC LIMIT 1',
      );
      await server.dataSource.query(change, [grant?.id]);
      const answer = await callMcp(base, bearer(access_token));
      expect([change, answer.status]).toEqual([change, 401]);
      expect(wwwAuthenticate(answer)).toContain('error="invalid_token"');
    }
  });

  it('is forgotten within seconds even if no event tells', async () => {
    const { access_token } = await client.connect(browser);
    expect((await callMcp(base, bearer(access_token))).status).toBe(200);
    await server.dataSource.query('UPDATE oauth_grants SET revoked_at = now() WHERE revoked_at IS NULL');
    await forget();
    expect((await callMcp(base, bearer(access_token))).status).toBe(401);
  }, 20_000);

  it('ends when its user is disabled', async () => {
    const { access_token } = await client.connect(browser);
    expect((await callMcp(base, bearer(access_token))).status).toBe(200);
    const users = server.app.get(UsersService);
    const user = await users.findByEmail(USER.email);
    await users.setDisabled(user?.id ?? '', true);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await callMcp(base, bearer(access_token))).status).toBe(401);
    expect((await browser.get('/account')).status).toBe(303);
    await users.setDisabled(user?.id ?? '', false);
  });
});

describe('what is over', () => {
  it('is swept away, and clients that never got a token with it', async () => {
    const stale = await TestClient.register(base);
    const used = await TestClient.register(base);
    await used.connect(browser);
    await server.dataSource.query(`UPDATE oauth_clients SET created_at = created_at - interval '25 hours'`);
    await server.dataSource.query('UPDATE oauth_authorization_requests SET expires_at = now()');
    await server.app.get(ExpiredRowsSweeper).sweep(new Date());
    const left = await server.dataSource.query<{ client_id: string }[]>(
      'SELECT client_id FROM oauth_clients',
    );
    const ids = left.map((row) => row.client_id);
    expect(ids).toContain(used.clientId);
    expect(ids).not.toContain(stale.clientId);
    expect((await new Browser(base).get(stale.authorizePath())).status).toBe(400);
    const [requests] = await server.dataSource.query<{ n: number }[]>(
      'SELECT count(*)::int AS n FROM oauth_authorization_requests',
    );
    expect(requests?.n).toBe(0);
  });
});
