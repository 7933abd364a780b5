import { AdminBench } from '../../../test/support/admin-bench.js';
import { type OAuthApp, START_LIMIT_MS, startOAuthApp } from './oauth-app.js';
import { bearer, Browser, callMcp, hiddenFields, TestClient } from '../../../test/support/oauth-client.js';

let bench: AdminBench;
let server: OAuthApp;
let browser: Browser;
let userId: string;

beforeAll(async () => {
  server = await startOAuthApp();
  bench = await AdminBench.start(server);
  browser = new Browser(server.base);
  const [user] = await server.dataSource.query<{ id: string }[]>(
    `SELECT id FROM users WHERE email = 'ada@example.org'`,
  );
  userId = user!.id;
}, START_LIMIT_MS);
afterAll(() => server?.close());

interface Row {
  type: string;
  actor_id: string | null;
  user_id: string | null;
  grant_id: string | null;
  ip: string | null;
  details: Record<string, unknown>;
}

/** What the trail says about a client, the oldest first, without sign-in and consent. */
async function trailOf(clientId: string): Promise<Row[]> {
  return server.dataSource.query<Row[]>(
    `SELECT type, actor_id, user_id, grant_id, ip, details FROM audit_records
     WHERE client_id = $1 AND type NOT LIKE 'consent.%' ORDER BY id`,
    [clientId],
  );
}

const types = (rows: Row[]) => rows.map(({ type }) => type);
const LOOPBACK = /^(::ffff:)?127\.0\.0\.1$|^::1$/;

describe('the audit trail', () => {
  it('tells who got tokens: registration, issue and refresh, with client, user, grant and address', async () => {
    const client = await TestClient.register(server.base, { client_name: 'An assistant' });
    const tokens = await client.connect(browser);
    await client.refresh(tokens.refresh_token);
    const [registered, issued, refreshed] = await trailOf(client.clientId);
    expect(registered).toMatchObject({
      type: 'client.registered',
      user_id: null,
      ip: expect.stringMatching(LOOPBACK),
      details: { kind: 'dynamic', name: 'An assistant' },
    });
    expect(issued).toMatchObject({
      type: 'tokens.issued',
      user_id: userId,
      grant_id: expect.any(String),
      ip: expect.stringMatching(LOOPBACK),
      details: { scope: 'mcp' },
    });
    expect(refreshed).toMatchObject({ ...issued, type: 'tokens.refreshed' });
  });

  it('tells of each token and grant that its client gave back, once', async () => {
    const client = await TestClient.register(server.base);
    const tokens = await client.connect(browser);
    for (const token of [
      tokens.access_token,
      tokens.access_token,
      tokens.refresh_token,
      tokens.refresh_token,
    ])
      await client.revoke({ token });
    await client.revoke({ token: 'mra_unknown' });
    const rows = await trailOf(client.clientId);
    expect(types(rows)).toEqual([
      'client.registered',
      'tokens.issued',
      'access_token.revoked',
      'grant.revoked',
    ]);
    expect(rows.at(-1)).toMatchObject({ user_id: userId, actor_id: null, details: { reason: 'client' } });
    expect(rows.every(({ ip }) => LOOPBACK.test(ip ?? ''))).toBe(true);
  });

  it('tells nothing of a client that shows another one’s token', async () => {
    const [owner, thief] = [await TestClient.register(server.base), await TestClient.register(server.base)];
    const tokens = await owner.connect(browser);
    await thief.revoke({ token: tokens.refresh_token });
    await thief.refresh(tokens.refresh_token);
    expect(types(await trailOf(thief.clientId))).toEqual(['client.registered']);
    expect((await callMcp(server.base, bearer(tokens.access_token))).status).toBe(200);
  });

  it('tells of a code that came twice, and of what that ended', async () => {
    const client = await TestClient.register(server.base);
    const code = await client.code(browser);
    await client.redeem(code);
    await client.redeem(code);
    await client.redeem(code);
    const rows = await trailOf(client.clientId);
    expect(types(rows)).toEqual([
      'client.registered',
      'tokens.issued',
      'authorization_code.replayed',
      'grant.revoked',
    ]);
    expect(rows[2]).toMatchObject({ user_id: userId, grant_id: rows[1]!.grant_id });
    expect(rows[3]).toMatchObject({ details: { reason: 'code_replay' }, grant_id: rows[1]!.grant_id });
  });

  it('tells of a refresh token that came again after its successor was used', async () => {
    const client = await TestClient.register(server.base);
    const tokens = await client.connect(browser);
    const next = await client.refresh(tokens.refresh_token);
    await callMcp(server.base, bearer(next.body.access_token as string));
    await server.dataSource.query(
      `UPDATE oauth_refresh_tokens SET consumed_at = consumed_at - interval '5 minutes' WHERE consumed_at IS NOT NULL`,
    );
    expect((await client.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    const rows = await trailOf(client.clientId);
    expect(types(rows).slice(2)).toEqual(['tokens.refreshed', 'refresh_token.reused', 'grant.revoked']);
    expect(rows.at(-1)).toMatchObject({ details: { reason: 'refresh_reuse' }, user_id: userId });
  });

  it('tells who revoked a grant: its user, or an administrator', async () => {
    const client = await TestClient.register(server.base);
    await client.connect(browser);
    await client.connect(browser);
    const [newer, older] = (await bench.admin('GET', `/admin/oauth/grants?clientId=${client.clientId}`)).body
      .items as { id: string }[];
    const page = await browser.get('/account/connections');
    await browser.post('/account/connections', { ...hiddenFields(page.body), id: older!.id });
    await bench.admin('POST', `/admin/oauth/grants/${newer!.id}/revoke`);
    await bench.admin('POST', `/admin/oauth/grants/${newer!.id}/revoke`);
    const rows = (await trailOf(client.clientId)).slice(3);
    expect(rows).toMatchObject([
      {
        type: 'grant.revoked',
        actor_id: userId,
        user_id: userId,
        grant_id: older!.id,
        details: { reason: 'user' },
      },
      {
        type: 'grant.revoked',
        actor_id: bench.boss.id,
        user_id: userId,
        grant_id: newer!.id,
        details: { reason: 'admin' },
      },
    ]);
  });

  it('tells what administrators do with clients, hosts and users', async () => {
    const client = await TestClient.register(server.base);
    const row = await bench.clientRow(client.clientId);
    await bench.admin('POST', `/admin/oauth/clients/${row}/disable`);
    await bench.admin('POST', `/admin/oauth/clients/${row}/disable`);
    await bench.admin('POST', `/admin/oauth/clients/${row}/enable`);
    await bench.admin('DELETE', `/admin/oauth/clients/${row}`);
    const rows = (await trailOf(client.clientId)).slice(1);
    expect(types(rows)).toEqual(['client.disabled', 'client.enabled', 'client.deleted']);

    await bench.admin('PUT', '/admin/oauth/client-hosts/told.example', { rule: 'deny' });
    await bench.admin('DELETE', '/admin/oauth/client-hosts/told.example');
    const hosts = await bench.admin('GET', '/admin/audit?type=client_host.rule_changed&limit=2');
    expect(hosts.body.items).toMatchObject([
      { details: { host: 'told.example', rule: null } },
      { details: { host: 'told.example', rule: 'deny' } },
    ]);

    const made = await bench.admin('POST', '/admin/users', { email: 'told@example.org', role: 'user' });
    const id = made.body.id as string;
    await bench.admin('PUT', `/admin/users/${id}/role`, { role: 'curator' });
    await bench.admin('PUT', `/admin/users/${id}/role`, { role: 'curator' });
    await bench.admin('POST', `/admin/users/${id}/disable`);
    await bench.admin('POST', `/admin/users/${id}/enable`);
    const users = await bench.admin('GET', `/admin/audit?userId=${id}`);
    const about = users.body.items as { type: string; actorId: string; ip: string; details: object }[];
    expect(about.map(({ type }) => type)).toEqual([
      'user.enabled',
      'user.disabled',
      'user.role_changed',
      'user.created',
    ]);
    expect(about[2]!.details).toEqual({ from: 'user', to: 'curator' });
    for (const event of [...about, ...rows.map(({ actor_id: actorId, ip }) => ({ actorId, ip }))])
      expect(event).toMatchObject({ actorId: bench.boss.id, ip: expect.stringMatching(LOOPBACK) });
  });

  it('holds no code, token, secret or password', async () => {
    const client = await TestClient.register(server.base, {
      token_endpoint_auth_method: 'client_secret_post',
    });
    await client.connect(browser);
    const rows = await server.dataSource.query<{ row: string }[]>(
      'SELECT r::text AS row FROM audit_records r',
    );
    const text = rows.map(({ row }) => row).join('\n');
    expect(text).toContain(client.clientId);
    expect(text).not.toMatch(/mr[agrsk]_[\w-]{20}/);
    expect(text).not.toContain('correct horse');
  });

  it('is read by cursor, the newest first, while more is written', async () => {
    const first = await bench.admin('GET', '/admin/audit?limit=3');
    const firstItems = first.body.items as { id: string }[];
    expect(firstItems).toHaveLength(3);
    await TestClient.register(server.base);
    const second = await bench.admin('GET', `/admin/audit?limit=3&cursor=${first.body.nextCursor as string}`);
    const ids = [...firstItems, ...(second.body.items as { id: string }[])].map(({ id }) => Number(id));
    expect(ids).toEqual([...new Set(ids)].sort((one, other) => other - one));
    const future = new Date(Date.now() + 60_000).toISOString();
    expect((await bench.admin('GET', `/admin/audit?since=${future}`)).body).toEqual({
      items: [],
      limit: 50,
      nextCursor: null,
    });
    const all = await bench.admin('GET', `/admin/audit?since=2020-01-01&type=client.deleted`);
    expect(all.body.nextCursor).toBeNull();
  });

  it.each([
    `UPDATE audit_records SET ip = null`,
    'DELETE FROM audit_records',
    'TRUNCATE audit_records',
    `UPDATE audit_records SET ip = null WHERE false`,
  ])('refuses %s', async (statement) => {
    await expect(server.dataSource.query(statement)).rejects.toThrow('append-only');
  });

  it('keeps no event of a change that failed', async () => {
    const count = async () => {
      const [row] = await server.dataSource.query<{ n: number }[]>(
        `SELECT count(*)::int AS n FROM audit_records WHERE type = 'user.created'`,
      );
      return row?.n;
    };
    const before = await count();
    const answer = await bench.admin('POST', '/admin/users', { email: 'ada@example.org', role: 'user' });
    expect(answer.status).toBe(409);
    expect(await count()).toBe(before);
  });
});
