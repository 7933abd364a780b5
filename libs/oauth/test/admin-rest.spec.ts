import { randomUUID } from 'node:crypto';
import { type User, UsersService } from '#libs/accounts';
import { AdminBench, BOSS, CURATOR, details, keyOf, newUser } from '../../../test/support/admin-bench.js';
import { bearer, Browser, callMcp, hiddenFields, TestClient } from '../../../test/support/oauth-client.js';
import { type OAuthApp, START_LIMIT_MS, startOAuthApp } from './oauth-app.js';

let bench: AdminBench;
let server: OAuthApp;
let boss: User;

beforeAll(async () => {
  server = await startOAuthApp();
  bench = await AdminBench.start(server);
  ({ boss } = bench);
}, START_LIMIT_MS);
afterAll(() => server?.close());

const admin = (method: string, path: string, body?: unknown) => bench.admin(method, path, body);

describe('an administrator’s browser', () => {
  const cookieOf = (browser: Browser) => ({
    cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
  });
  const signedIn = async (user: typeof BOSS) => {
    const browser = new Browser(server.base);
    await browser.signIn(user);
    const page = await browser.get('/account/keys');
    return { cookie: cookieOf(browser), token: hiddenFields(page.body)._csrf ?? '' };
  };
  const create = (headers: Record<string, string>) =>
    bench.call('POST', '/admin/users', { key: null, headers, body: newUser() });

  it('reads with its session, and changes with the token of a page of ours only', async () => {
    const { cookie, token } = await signedIn(BOSS);
    expect((await bench.call('GET', '/admin/users', { key: null, headers: cookie })).status).toBe(200);
    const own = { ...cookie, 'x-csrf-token': token };
    expect((await create(own)).status).toBe(201);
    expect((await create({ ...own, 'sec-fetch-site': 'same-origin' })).status).toBe(201);
    for (const headers of [
      cookie,
      { ...cookie, 'x-csrf-token': `${token}x` },
      { ...own, 'sec-fetch-site': 'cross-site' },
      { ...own, 'sec-fetch-site': 'same-site' },
      { ...cookie, 'x-csrf-token': (await signedIn(BOSS)).token },
    ]) {
      const answer = await create(headers);
      expect([answer.status, details(answer).code]).toEqual([403, 'csrf']);
    }
  });

  it('is judged by a key alone when it shows one', async () => {
    const { cookie, token } = await signedIn(BOSS);
    const headers = { ...cookie, 'x-csrf-token': token, authorization: 'Key mrk_nobody' };
    expect((await create(headers)).status).toBe(401);
  });

  it('is closed to other roles and to whoever signed out', async () => {
    const { cookie, token } = await signedIn(CURATOR);
    expect((await bench.call('GET', '/admin/users', { key: null, headers: cookie })).status).toBe(403);
    expect((await create({ ...cookie, 'x-csrf-token': token })).status).toBe(403);
    const browser = new Browser(server.base);
    await browser.signIn(BOSS);
    const headers = cookieOf(browser);
    await browser.post('/logout', hiddenFields((await browser.get('/logout')).body));
    expect((await bench.call('GET', '/admin/users', { key: null, headers })).status).toBe(401);
  });
});

describe('users', () => {
  it('are made, with a password that is told once, and can sign in', async () => {
    const { email } = newUser();
    const made = await admin('POST', '/admin/users', { email: email.toUpperCase(), role: 'user' });
    expect(made.body).toMatchObject({ email, role: 'user', disabledAt: null });
    const password = made.body.password as string;
    expect((await new Browser(server.base).signIn({ email, password })).status).toBe(303);
    const read = await admin('GET', `/admin/users/${made.body.id as string}`);
    expect(Object.keys(read.body).sort()).toEqual(['createdAt', 'disabledAt', 'email', 'id', 'role']);
    const again = await admin('POST', '/admin/users', { email, role: 'user' });
    expect([again.status, details(again).code]).toEqual([409, 'conflict']);
    const chosen = await admin('POST', '/admin/users', { ...newUser(), password: 'a chosen password' });
    expect(chosen.body).not.toHaveProperty('password');
  });

  it('are found by a part of the address, page by page', async () => {
    for (const name of ['zoe_1', 'zoe_2', 'zoeX3'])
      await admin('POST', '/admin/users', newUser(`${name}@paging.example`));
    const page = await admin('GET', '/admin/users?search=ZOE_&limit=1&page=2');
    expect(page.body).toMatchObject({ page: 2, limit: 1, total: 2 });
    expect((page.body.items as { email: string }[]).map(({ email }) => email)).toEqual([
      'zoe_2@paging.example',
    ]);
    const curators = await admin('GET', '/admin/users?role=curator&search=curator@');
    expect(curators.body).toMatchObject({ total: 1 });
  });

  it('are signed out everywhere when disabled', async () => {
    const { email } = newUser();
    const made = await admin('POST', '/admin/users', { email, role: 'user' });
    const { id, password } = made.body as { id: string; password: string };
    const browser = new Browser(server.base);
    await browser.signIn({ email, password });
    const { access_token } = await (await TestClient.register(server.base)).connect(browser);
    expect((await callMcp(server.base, bearer(access_token))).status).toBe(200);
    const disabled = await admin('POST', `/admin/users/${id}/disable`);
    expect(disabled.body.disabledAt).not.toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await callMcp(server.base, bearer(access_token))).status).toBe(401);
    expect((await new Browser(server.base).signIn({ email, password })).status).toBe(401);
    expect((await admin('POST', `/admin/users/${id}/enable`)).body.disabledAt).toBeNull();
    expect((await new Browser(server.base).signIn({ email, password })).status).toBe(303);
  });

  it('never leave the server without an administrator', async () => {
    const refused = async (method: string, path: string, body?: unknown) => {
      const answer = await admin(method, `/admin/users/${boss.id}/${path}`, body);
      expect([answer.status, details(answer).code]).toEqual([409, 'conflict']);
    };
    await refused('POST', 'disable');
    await refused('PUT', 'role', { role: 'user' });

    const second = await admin('POST', '/admin/users', { ...newUser(), role: 'admin' });
    const secondId = second.body.id as string;
    const secondUser = (await server.app.get(UsersService).findById(secondId))!;
    const secondKey = await keyOf(server, secondUser, 'admin');
    await refused('POST', 'disable'); // oneself
    const both = await Promise.all([
      bench.call('PUT', `/admin/users/${boss.id}/role`, { key: secondKey, body: { role: 'user' } }),
      bench.call('PUT', `/admin/users/${secondId}/role`, { body: { role: 'user' } }),
    ]);
    const statuses = both.map(({ status }) => status).sort();
    expect([
      [200, 403],
      [200, 409],
    ]).toContainEqual(statuses);
    const [left] = await server.dataSource.query<{ n: number }[]>(
      `SELECT count(*)::int AS n FROM users WHERE role = 'admin' AND disabled_at IS NULL`,
    );
    expect(left?.n).toBe(1);
    await server.app.get(UsersService).setRole(boss.id, 'admin');
    await server.app.get(UsersService).setRole(secondId, 'user');
    expect((await bench.call('GET', '/admin/users', { key: secondKey })).status).toBe(403);
  });
});

describe('clients and grants', () => {
  it('lists clients by name, id and kind, without their secrets', async () => {
    const metadata = { client_name: 'Findable 100%', token_endpoint_auth_method: 'client_secret_post' };
    const client = await TestClient.register(server.base, metadata);
    for (const query of [
      'search=findable%20100%25',
      `search=${client.clientId}`,
      'search=FINDABLE&kind=dynamic',
    ]) {
      const found = await admin('GET', `/admin/oauth/clients?${query}`);
      expect(found.body).toMatchObject({ page: 1, limit: 50, total: 1 });
      expect(found.body.items).toMatchObject([
        {
          clientId: client.clientId,
          kind: 'dynamic',
          name: 'Findable 100%',
          tokenEndpointAuthMethod: 'client_secret_post',
          disabledAt: null,
        },
      ]);
      expect(JSON.stringify(found.body)).not.toMatch(/secret_?hash/i);
    }
    expect((await admin('GET', '/admin/oauth/clients?search=findable&kind=static')).body.total).toBe(0);
    expect((await admin('GET', '/admin/oauth/clients?search=%25able')).body.total).toBe(0);
  });

  it('stops a disabled client at every endpoint at once, and lets it go on when enabled', async () => {
    const client = await TestClient.register(server.base);
    const browser = new Browser(server.base);
    const tokens = await client.connect(browser);
    const code = await client.code(browser);
    expect((await callMcp(server.base, bearer(tokens.access_token))).status).toBe(200);
    const row = await bench.clientRow(client.clientId);

    await admin('POST', `/admin/oauth/clients/${row}/disable`);
    expect((await callMcp(server.base, bearer(tokens.access_token))).status).toBe(401);
    expect((await client.refresh(tokens.refresh_token)).body.error).toBe('invalid_client');
    expect((await client.redeem(code)).body.error).toBe('invalid_client');
    expect((await browser.get(client.authorizePath())).status).toBe(400);

    await admin('POST', `/admin/oauth/clients/${row}/enable`);
    expect((await callMcp(server.base, bearer(tokens.access_token))).status).toBe(200);
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('removes a client with all its grants', async () => {
    const client = await TestClient.register(server.base);
    const tokens = await client.connect(new Browser(server.base));
    expect((await callMcp(server.base, bearer(tokens.access_token))).status).toBe(200);
    const row = await bench.clientRow(client.clientId);
    expect((await admin('DELETE', `/admin/oauth/clients/${row}`)).status).toBe(204);
    expect((await callMcp(server.base, bearer(tokens.access_token))).status).toBe(401);
    expect((await client.refresh(tokens.refresh_token)).body.error).toBe('invalid_client');
    expect((await admin('GET', `/admin/oauth/grants?clientId=${client.clientId}`)).body.total).toBe(0);
    const trail = await admin('GET', `/admin/audit?clientId=${client.clientId}&limit=2`);
    expect(trail.body.items).toMatchObject([
      { type: 'client.deleted', actorId: boss.id, details: { kind: 'dynamic', grants: 1 } },
      { type: 'grant.revoked', actorId: boss.id, details: { reason: 'client_deleted' } },
    ]);
  });

  it('lists grants by user, client and whether they stand, and revokes one with all its tokens', async () => {
    const client = await TestClient.register(server.base);
    const browser = new Browser(server.base);
    const [one, other] = [await client.connect(browser), await client.connect(browser)];
    const list = async (query: string) =>
      (await admin('GET', `/admin/oauth/grants?clientId=${client.clientId}${query}`)).body as {
        total: number;
        items: { id: string; userId: string; email: string; active: boolean }[];
      };
    const all = await list('');
    expect(all.total).toBe(2);
    const [newest, oldest] = all.items;
    expect(newest).toMatchObject({
      email: 'ada@example.org',
      scopes: ['mcp'],
      active: true,
      revokedAt: null,
    });
    expect((await list(`&userId=${newest!.userId}&active=true&limit=1`)).total).toBe(2);
    expect((await list(`&userId=${randomUUID()}`)).total).toBe(0);

    const revoked = await admin('POST', `/admin/oauth/grants/${oldest!.id}/revoke`);
    expect(revoked.body).toMatchObject({ active: false, revokedReason: 'admin' });
    expect((await callMcp(server.base, bearer(one.access_token))).status).toBe(401);
    expect((await client.refresh(one.refresh_token)).body.error).toBe('invalid_grant');
    expect((await callMcp(server.base, bearer(other.access_token))).status).toBe(200);
    expect((await list('&active=false')).items.map(({ id }) => id)).toEqual([oldest!.id]);
    expect((await list('&active=true')).items.map(({ id }) => id)).toEqual([newest!.id]);
  });

  it('keeps the rules for hosts, by name', async () => {
    const path = (host: string) => `/admin/oauth/client-hosts/${encodeURIComponent(host)}`;
    expect((await admin('PUT', path('*.Evil.example'), { rule: 'deny' })).body).toMatchObject({
      host: '*.evil.example',
      rule: 'deny',
    });
    const hosts = (await admin('GET', '/admin/oauth/client-hosts')).body.items as { host: string }[];
    expect(hosts.map(({ host }) => host)).toContain('*.evil.example');
    expect((await admin('PUT', path('https://evil.example'), { rule: 'deny' })).status).toBe(400);
    expect((await admin('DELETE', path('*.evil.example'))).status).toBe(204);
    expect((await admin('DELETE', path('*.evil.example'))).status).toBe(404);
  });
});
