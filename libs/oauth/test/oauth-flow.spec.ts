import type { DataSource } from 'typeorm';
import { type OAuthApp, START_LIMIT_MS, startOAuthApp, USER } from './oauth-app.js';
import { bearer, Browser, callMcp, continueTarget, json, register, TestClient } from './oauth-client.js';

let server: OAuthApp;
let base: string;

beforeAll(async () => {
  server = await startOAuthApp();
  base = server.base;
}, START_LIMIT_MS);

afterAll(() => server.close());

describe('the whole flow', () => {
  it('goes from the challenge to a call, a refresh and a revocation', async () => {
    const challenge = await callMcp(base);
    expect(challenge.status).toBe(401);
    const [, metadataUrl = ''] =
      /resource_metadata="([^"]+)"/.exec(challenge.headers.get('www-authenticate') ?? '') ?? [];
    const resource = await json(await fetch(metadataUrl));
    expect(resource.body).toMatchObject({ resource: `${base}/mcp`, authorization_servers: [base] });
    const metadata = await json(await fetch(`${base}/.well-known/oauth-authorization-server`));
    expect(metadata.body).toMatchObject({ issuer: base, registration_endpoint: `${base}/oauth/register` });

    const client = await TestClient.register(base, { client_name: 'A test' });
    const browser = new Browser(base);
    const page = await client.consent(browser, {
      state: 'äöü +&=/%',
      scope: 'mcp offline_access',
      resource: `${base}/mcp`,
    });
    expect(page.status).toBe(200);
    const target = continueTarget(page.body);
    expect(target.searchParams.get('state')).toBe('äöü +&=/%');
    expect(target.searchParams.getAll('iss')).toEqual([base]);

    const answer = await client.redeem(target.searchParams.get('code') ?? '', { resource: `${base}/mcp` });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'mcp offline_access',
    });
    const first = answer.body as { access_token: string; refresh_token: string };

    const call = await callMcp(base, bearer(first.access_token));
    expect(call.body).toMatchObject({ email: USER.email, role: 'user', clientId: client.clientId });

    const refreshed = await client.refresh(first.refresh_token);
    expect(refreshed.status).toBe(200);
    expect(refreshed.body.scope).toBe('mcp offline_access');
    const second = refreshed.body as { access_token: string; refresh_token: string };
    expect(second.refresh_token).not.toBe(first.refresh_token);

    expect((await client.revoke({ token: second.refresh_token })).status).toBe(200);
    expect((await callMcp(base, bearer(first.access_token))).status).toBe(401);
    expect((await callMcp(base, bearer(second.access_token))).status).toBe(401);
    expect((await client.refresh(second.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('stores nothing that would be worth stealing', async () => {
    const client = await TestClient.register(base, { token_endpoint_auth_method: 'client_secret_post' });
    const browser = new Browser(base);
    const code = await client.code(browser);
    const tokens = (await client.redeem(code)).body as { access_token: string; refresh_token: string };
    const dump = await dumpDatabase(server.dataSource);
    const sessionIds = [...browser.cookies.values()].map(
      (cookie) => decodeURIComponent(cookie).split('.')[0] ?? '',
    );
    const secrets = [
      code,
      tokens.access_token,
      tokens.refresh_token,
      client.secret ?? '',
      USER.password,
      ...sessionIds,
    ];
    expect(secrets.every((secret) => secret.length > 10)).toBe(true);
    for (const secret of secrets) expect(dump).not.toContain(secret);
    expect(dump).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
  });
});

describe('discovery', () => {
  it.each(['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp'])(
    '%s',
    async (path) => {
      const answer = await json(await fetch(`${base}${path}`));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.body).toMatchObject({ scopes_supported: ['mcp'], bearer_methods_supported: ['header'] });
    },
  );

  it('advertises what there is, and nothing else', async () => {
    const { body } = await json(await fetch(`${base}/.well-known/oauth-authorization-server`));
    expect(body).toMatchObject({
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
      authorization_response_iss_parameter_supported: true,
      scopes_supported: ['mcp', 'offline_access'],
    });
    expect(body).not.toHaveProperty('client_id_metadata_document_supported');
    expect(body).not.toHaveProperty('jwks_uri');
  });

  it.each([
    '/.well-known/openid-configuration',
    '/.well-known/openid-configuration/mcp',
    '/mcp/.well-known/openid-configuration',
    '/.well-known/anything',
  ])('%s is a JSON 404', async (path) => {
    const response = await fetch(`${base}${path}`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('does not believe the Host header', async () => {
    const response = await fetch(`${base}/.well-known/oauth-authorization-server`, {
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    });
    expect(((await response.json()) as { issuer: string }).issuer).toBe(base);
  });

  it.each([
    '/.well-known/oauth-protected-resource/mcp',
    '/oauth/token',
    '/oauth/register',
    '/oauth/revoke',
    '/mcp',
  ])('answers a preflight for %s', async (path) => {
    const headers = {
      origin: 'http://localhost:6274',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,mcp-protocol-version,mcp-method',
    };
    const response = await fetch(`${base}${path}`, { method: 'OPTIONS', headers });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')).toContain('mcp-protocol-version');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each(['/oauth/authorize', '/login', '/consent'])(
    'lets no script from elsewhere near %s',
    async (path) => {
      const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
      for (const method of ['GET', 'OPTIONS']) {
        const response = await fetch(`${base}${path}`, { method, headers, redirect: 'manual' });
        expect(response.headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );
});

describe('registration (RFC 7591)', () => {
  it('makes a public client', async () => {
    const answer = await register(base, {
      redirect_uris: ['https://a.example/cb'],
      token_endpoint_auth_method: 'none',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toMatchObject({
      redirect_uris: ['https://a.example/cb'],
      token_endpoint_auth_method: 'none',
    });
    expect(typeof answer.body.client_id_issued_at).toBe('number');
    expect(answer.body).not.toHaveProperty('client_secret');
  });

  it('makes a confidential client by default', async () => {
    const { body } = await register(base, { redirect_uris: ['https://a.example/cb'] });
    expect(body).toMatchObject({
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret_expires_at: 0,
    });
    expect((body.client_secret as string).length).toBeGreaterThanOrEqual(43);
  });

  it.each([
    ['an array', 'application/json', '[]', 400],
    ['broken JSON', 'application/json', '{"redirect_uris":', 400],
    ['nothing', 'application/json', '', 400],
    ['a form', 'application/x-www-form-urlencoded', 'redirect_uris=https://a.example/cb', 400],
    ['text', 'text/plain', '{}', 400],
    ['an unknown type', 'application/cbor', 'x', 400],
    ['more than 64 KB', 'application/json', JSON.stringify({ client_name: 'x'.repeat(70_000) }), 413],
  ])('refuses %s in OAuth’s JSON', async (_, contentType, body, status) => {
    const headers = { 'content-type': contentType };
    const answer = await json(await fetch(`${base}/oauth/register`, { method: 'POST', headers, body }));
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(/^invalid_/);
  });
});

async function dumpDatabase(dataSource: DataSource): Promise<string> {
  const tables = await dataSource.query<{ name: string }[]>(
    `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  );
  const dumps = tables.map(({ name }) =>
    dataSource.query<{ row: string }[]>(`SELECT t::text AS row FROM ${name} t`),
  );
  return (await Promise.all(dumps))
    .flat()
    .map(({ row }) => row)
    .join('\n');
}
