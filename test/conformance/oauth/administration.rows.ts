import { randomUUID } from 'node:crypto';
import {
  bearer,
  Browser,
  callMcp,
  hiddenFields,
  type JsonAnswer,
  json,
  OTHER_USER,
  TestClient,
  USER,
} from '../../support/oauth-client.js';
import { ADMIN, type Bench } from './bench.js';
import { row } from './row.js';
import { age, expectWithin, familyOf, refusalOf, statusOf } from './token-requests.js';

/** Every admin route of this part of the server; `ID` is a row's id. */
const ROUTES = [
  'GET /admin/users',
  'POST /admin/users',
  'GET /admin/users/ID',
  'POST /admin/users/ID/disable',
  'POST /admin/users/ID/enable',
  'PUT /admin/users/ID/role',
  'GET /admin/audit',
  'GET /admin/oauth/clients',
  'GET /admin/oauth/clients/ID',
  'POST /admin/oauth/clients/ID/disable',
  'POST /admin/oauth/clients/ID/enable',
  'DELETE /admin/oauth/clients/ID',
  'GET /admin/oauth/grants',
  'GET /admin/oauth/grants/ID',
  'POST /admin/oauth/grants/ID/revoke',
  'GET /admin/oauth/client-hosts',
  'PUT /admin/oauth/client-hosts/a.example',
  'DELETE /admin/oauth/client-hosts/a.example',
];

interface AuditItem {
  type: string;
  actorId: string | null;
  userId: string | null;
  clientId: string | null;
  grantId: string | null;
  ip: string | null;
  details: Record<string, unknown>;
}

/** Rows R13, X7 and X9: what administrators may do and see, and that nobody else may. */
export function administrationRows(bench: () => Bench): void {
  const call = async (
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: unknown,
    base = bench().base,
  ): Promise<JsonAnswer> =>
    json(
      await fetch(`${base}${path}`, {
        method,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );

  row(
    {
      id: 'R13',
      level: 'MUST',
      source: 'MCP 2025-11-25 authorization, OWASP ASVS 5.0 §10.4',
      rule: 'Credentials work where they belong only: a web session or an API key is nothing at /mcp, an access token is nothing at the admin REST and the pages.',
    },
    async () => {
      const { base } = bench();
      const browser = new Browser(base);
      await browser.signIn(ADMIN);
      const session = cookieOf(browser);
      const key = await keyFor(bench(), ADMIN.email, 'admin');
      for (const headers of [
        session,
        { authorization: `Key ${key}` },
        bearer(key),
        { ...session, ...bearer(key) },
      ]) {
        const answer = await callMcp(base, headers);
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
      }
      const tokens = await (await TestClient.register(base)).connect(browser);
      expect(await statusOf(base, tokens)).toBe(200);
      for (const path of ['/admin/users', '/admin/oauth/clients', '/admin/oauth/grants', '/admin/audit']) {
        expect((await call('GET', path, { authorization: `Key ${key}` })).status).toBe(200);
        expect((await call('GET', path, session)).status).toBe(200);
        for (const credentials of [bearer(tokens.access_token), bearer(tokens.refresh_token)]) {
          expect((await call('GET', path, credentials)).status).toBe(401);
          expect((await call('GET', path, { ...session, ...credentials })).status).toBe(401);
        }
      }
      const account = await fetch(`${base}/account`, {
        headers: bearer(tokens.access_token),
        redirect: 'manual',
      });
      expect(account.status).toBe(303);
      const upload = { file_name: 'a.png', content_type: 'image/png' };
      expect((await call('POST', '/storage/upload/initiate', session, upload)).status).toBe(401);
    },
  );

  row(
    {
      id: 'X7',
      level: 'MUST',
      source: 'OWASP ASVS 5.0 §16.3',
      rule: 'The audit trail tells of sign-ins good and bad, consent and refusal, registration, tokens issued and refreshed, revocation, a code or refresh token that came twice; with client, user, grant and address, without a secret; and nothing can change it.',
    },
    async () => {
      const { base } = bench();
      const administrator = { authorization: `Key ${await keyFor(bench(), ADMIN.email, 'admin')}` };
      const trail = async (query: string) =>
        (await call('GET', `/admin/audit?${query}&limit=200`, administrator)).body.items as AuditItem[];
      const client = await TestClient.register(base, { client_name: 'Audited' });
      const browser = new Browser(base);
      const before = new Date(Date.now() - 1_000).toISOString();
      await new Browser(base).signIn({ ...USER, password: 'not the password' });
      await client.consent(browser, {}, 'deny');
      const tokens = await client.connect(browser);
      const next = await client.refresh(tokens.refresh_token);
      await client.revoke({ token: tokens.access_token });
      const { grantId } = await familyOf(bench(), tokens.refresh_token);
      await callMcp(base, bearer(next.body.access_token as string));
      await age(bench(), tokens.refresh_token, 10);
      expect(refusalOf(await client.refresh(tokens.refresh_token))).toBe('400 invalid_grant');
      const code = await client.code(browser);
      await client.redeem(code);
      expect(refusalOf(await client.redeem(code))).toBe('400 invalid_grant');

      const events = (await trail(`clientId=${client.clientId}`)).reverse();
      expect(events.map(({ type }) => type)).toEqual([
        'client.registered',
        'consent.denied',
        'consent.approved',
        'tokens.issued',
        'tokens.refreshed',
        'access_token.revoked',
        'refresh_token.reused',
        'grant.revoked',
        'consent.approved',
        'tokens.issued',
        'authorization_code.replayed',
        'grant.revoked',
      ]);
      for (const event of events) {
        expect(event.ip).toMatch(/127\.0\.0\.1$|^::1$/);
        expect(event.userId === null).toBe(event.type === 'client.registered');
      }
      expect(events.slice(2, 8).map((event) => event.grantId)).toEqual(Array(6).fill(grantId));
      expect(
        events.filter(({ type }) => type === 'grant.revoked').map(({ details }) => details.reason),
      ).toEqual(['refresh_reuse', 'code_replay']);
      const userId = events[2]?.userId ?? '';
      const signIns = (await trail(`userId=${userId}&since=${before}`)).map(({ type }) => type);
      expect(signIns).toContain('sign_in.succeeded');
      const failures = await trail(`type=sign_in.failed&since=${before}`);
      expect(failures.length).toBeGreaterThan(0);

      const all = JSON.stringify(await trail(`since=${before}`));
      expect(bench().ledger.leaksIn(all)).toEqual([]);
      for (const change of [
        'UPDATE audit_records SET ip = NULL',
        'DELETE FROM audit_records',
        'TRUNCATE audit_records',
      ])
        await expect(bench().sql(change)).rejects.toThrow('append-only');
    },
  );

  row(
    {
      id: 'X9',
      level: 'MUST',
      source: 'OWASP ASVS 5.0 §8.2, §8.3',
      rule: 'The admin REST is for administrators: 401 without a key, 403 with another role’s, 404 for what nobody has; a change is effective on every replica at once. What belongs to another user is 404 to everyone else.',
    },
    async () => {
      const { base, secondReplica } = bench();
      const keys = {
        admin: await keyFor(bench(), ADMIN.email, 'admin'),
        less: await keyFor(bench(), ADMIN.email, 'user'),
        user: await keyFor(bench(), USER.email, 'user'),
      };
      await expect(keyFor(bench(), USER.email, 'admin')).rejects.toThrow('has the role user');
      const by = (key: string) => ({ authorization: `Key ${key}` });
      for (const route of ROUTES) {
        const [method = '', path = ''] = route.replace('ID', randomUUID()).split(' ');
        expect([route, (await call(method, path, {})).status]).toEqual([route, 401]);
        for (const key of [keys.user, keys.less])
          expect([route, (await call(method, path, by(key))).status]).toEqual([route, 403]);
        const body = path.endsWith('/role') ? { role: 'user' } : undefined;
        if (route.includes('ID'))
          expect([route, (await call(method, path, by(keys.admin), body)).status]).toEqual([route, 404]);
      }
      await expectOwnOnly(bench());
      await expectEffectEverywhere(base, secondReplica, (method, path) => call(method, path, by(keys.admin)));
    },
  );
}

/** Another user's connection and key are not there for whoever asks, an administrator on the pages included. */
async function expectOwnOnly(bench: Bench): Promise<void> {
  const { base } = bench;
  const owner = new Browser(base);
  await owner.signIn(USER);
  await (await TestClient.register(base)).connect(owner);
  const connections = (await owner.get('/account/connections')).body;
  const [grantId = ''] = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/.exec(connections) ?? [];
  expect(grantId).not.toBe('');
  const keyName = randomUUID();
  await owner.post('/account/keys', {
    ...hiddenFields((await owner.get('/account/keys')).body),
    name: keyName,
  });
  const [apiKey] = await bench.sql<{ id: string }>('SELECT id FROM api_keys WHERE name = $1', [keyName]);
  expect(apiKey).toBeDefined();
  for (const account of [OTHER_USER, ADMIN]) {
    const stranger = new Browser(base);
    await stranger.signIn(account);
    const { _csrf } = hiddenFields((await stranger.get('/account/keys')).body);
    expect((await stranger.post('/account/connections', { _csrf, id: grantId })).status).toBe(404);
    expect((await stranger.post('/account/keys/revoke', { _csrf, id: apiKey?.id })).status).toBe(404);
  }
  const [after] = await bench.sql<{ stands: boolean }>(
    `SELECT (SELECT revoked_at IS NULL FROM api_keys WHERE id = $1)
        AND (SELECT revoked_at IS NULL FROM oauth_grants WHERE id = $2) AS stands`,
    [apiKey?.id, grantId],
  );
  expect(after?.stands).toBe(true);
}

/** Disabling and deleting a client on one replica ends it on the other. */
async function expectEffectEverywhere(
  base: string,
  secondReplica: string,
  admin: (method: string, path: string) => Promise<JsonAnswer>,
): Promise<void> {
  const client = await TestClient.register(base);
  const tokens = await client.connect(new Browser(base));
  for (const replica of [base, secondReplica]) expect(await statusOf(replica, tokens)).toBe(200);
  const found = await admin('GET', `/admin/oauth/clients?search=${client.clientId}`);
  const [{ id = '' } = {}] = found.body.items as { id?: string }[];
  const ends = async () => {
    expect(await statusOf(base, tokens)).toBe(401);
    await expectWithin(1_000, 401, () => statusOf(secondReplica, tokens));
  };
  expect((await admin('POST', `/admin/oauth/clients/${id}/disable`)).status).toBe(200);
  await ends();
  expect(refusalOf(await client.refresh(tokens.refresh_token))).toBe('401 invalid_client');
  expect((await admin('POST', `/admin/oauth/clients/${id}/enable`)).status).toBe(200);
  for (const replica of [base, secondReplica]) expect(await statusOf(replica, tokens)).toBe(200);
  expect((await admin('DELETE', `/admin/oauth/clients/${id}`)).status).toBe(204);
  await ends();
  expect((await admin('GET', `/admin/oauth/clients/${id}`)).status).toBe(404);
  const grants = await admin('GET', `/admin/oauth/grants?clientId=${client.clientId}`);
  expect(grants.body).toMatchObject({ items: [], page: 1, total: 0 });
}

/** A new API key, made by the operator's command, which prints it alone on the last line. */
async function keyFor(bench: Bench, email: string, role: string): Promise<string> {
  const printed = await bench.admin(
    'key',
    'create',
    '--email',
    email,
    '--name',
    'conformance',
    '--role',
    role,
  );
  const key = printed.trim().split('\n').at(-1) ?? '';
  expect(key).toMatch(/^mrk_[\w-]{43}$/);
  bench.ledger.add('API key', key);
  return key;
}

function cookieOf(browser: Browser): Record<string, string> {
  return { cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
}
