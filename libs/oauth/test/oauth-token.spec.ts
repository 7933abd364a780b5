import { ExpiredRowsSweeper } from '../src/expired-rows.sweeper.js';
import { type OAuthApp, START_LIMIT_MS, startOAuthApp } from './oauth-app.js';
import { bearer, Browser, callMcp, form, json, TestClient, type Tokens, VERIFIER } from './oauth-client.js';

let server: OAuthApp;
let base: string;
let browser: Browser;
let client: TestClient;
let other: TestClient;

beforeAll(async () => {
  server = await startOAuthApp();
  base = server.base;
  browser = new Browser(base);
  client = await TestClient.register(base);
  other = await TestClient.register(base);
}, START_LIMIT_MS);

afterAll(() => server.close());

const works = async (tokens: Pick<Tokens, 'access_token'>): Promise<boolean> =>
  (await callMcp(base, bearer(tokens.access_token))).status === 200;

/** Lets time pass for one refresh token: it looks as if it was exchanged that long ago. */
const age = (minutes: number): Promise<unknown> =>
  server.dataSource.query(
    `UPDATE oauth_refresh_tokens SET consumed_at = consumed_at - make_interval(mins => $1) WHERE consumed_at IS NOT NULL`,
    [minutes],
  );

const post = async (body: string, contentType: string, path = '/oauth/token') =>
  json(await fetch(`${base}${path}`, { method: 'POST', body, headers: { 'content-type': contentType } }));

describe('the code grant', () => {
  it.each([
    ['a wrong verifier', 'invalid_grant', { code_verifier: 'x'.repeat(43) }],
    ['no verifier', 'invalid_request', { code_verifier: undefined }],
    ['a verifier that is too short', 'invalid_request', { code_verifier: 'short' }],
    ['another redirect_uri', 'invalid_grant', { redirect_uri: 'http://127.0.0.1/other' }],
    ['another resource', 'invalid_target', { resource: 'https://other.example/' }],
  ])('refuses %s, and the code can still be redeemed', async (_, error, changes) => {
    const code = await client.code(browser);
    const refused = await client.redeem(code, changes);
    expect(refused).toMatchObject({ status: 400, body: { error } });
    expect((await client.redeem(code)).status).toBe(200);
  });

  it('lets no other client redeem or spoil a code', async () => {
    const code = await client.code(browser);
    expect((await other.redeem(code)).body.error).toBe('invalid_grant');
    expect((await client.redeem(code)).status).toBe(200);
  });

  it('does without redirect_uri (OAuth 2.1 §10.2)', async () => {
    const answer = await client.redeem(await client.code(browser), { redirect_uri: undefined });
    expect(answer.status).toBe(200);
    expect(answer.body.scope).toBe('mcp');
  });

  it('refuses an expired code, and a code without a challenge', async () => {
    const expired = await client.code(browser);
    await server.dataSource.query(
      `UPDATE oauth_authorization_codes SET expires_at = now() WHERE consumed_at IS NULL`,
    );
    expect((await client.redeem(expired)).body.error).toBe('invalid_grant');
    const open = await client.code(browser);
    await server.dataSource.query(
      'UPDATE oauth_authorization_codes SET code_challenge = NULL WHERE consumed_at IS NULL',
    );
    expect((await client.redeem(open)).body.error).toBe('invalid_grant');
  });

  it('ends everything when a code comes twice', async () => {
    const code = await client.code(browser);
    const tokens = (await client.redeem(code)).body as unknown as Tokens;
    expect(await works(tokens)).toBe(true);
    expect(await client.redeem(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await works(tokens)).toBe(false);
    expect((await client.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('gives tokens to exactly one of twenty', async () => {
    const code = await client.code(browser);
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.redeem(code)));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect(answers.filter((answer) => answer.body.error === 'invalid_grant')).toHaveLength(19);
  });
});

describe('the form of a token request', () => {
  const FORM = 'application/x-www-form-urlencoded';

  it.each([
    ['JSON', '{"grant_type":"refresh_token"}', 'application/json', 'invalid_request'],
    ['empty JSON', '', 'application/json', 'invalid_request'],
    ['two types', 'grant_type=x', `application/json, ${FORM}`, 'invalid_request'],
    ['an unknown type', 'x', 'application/cbor', 'invalid_request'],
    ['a repeated parameter', 'grant_type=refresh_token&grant_type=refresh_token', FORM, 'invalid_request'],
    ['no grant_type', 'client_id=a', FORM, 'invalid_request'],
    ['a NUL', 'grant_type=refresh_token&client_id=a%00', FORM, 'invalid_request'],
    ['__proto__', '__proto__=a&grant_type=password', FORM, 'invalid_request'],
    [
      'ten thousand parameters',
      Array.from({ length: 9_000 }, (_, n) => `p${n}=`).join('&'),
      FORM,
      'invalid_request',
    ],
    ['password', 'grant_type=password&client_id=a', FORM, 'unsupported_grant_type'],
    ['client_credentials', 'grant_type=client_credentials&client_id=a', FORM, 'unsupported_grant_type'],
  ])('%s', async (_, body, contentType, error) => {
    const answer = await post(body, contentType);
    expect(answer).toMatchObject({ status: 400, body: { error } });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('a megabyte', async () => {
    const answer = await post(`grant_type=${'x'.repeat(1_000_000)}`, FORM);
    expect(answer).toMatchObject({ status: 413, body: { error: 'invalid_request' } });
  });

  it('does not look into the query', async () => {
    const code = await client.code(browser);
    const query = form({
      grant_type: 'authorization_code',
      code,
      code_verifier: VERIFIER,
      client_id: client.clientId,
    });
    expect(await post('', FORM, `/oauth/token?${query.toString()}`)).toMatchObject({ status: 400 });
    expect((await client.redeem(code)).status).toBe(200);
  });

  it.each(['/oauth/token', '/oauth/revoke', '/oauth/register'])('GET %s is not allowed', async (path) => {
    const answer = await json(await fetch(`${base}${path}`));
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
  });
});

describe('client authentication', () => {
  const basic = (id: string, secret = '') => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  });

  it('answers an unknown client with invalid_client', async () => {
    const plain = await client.token({
      grant_type: 'refresh_token',
      refresh_token: 'x',
      client_id: 'mrc_unknown',
    });
    expect(plain).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(plain.headers.get('www-authenticate')).toBeNull();
    const fields = { grant_type: 'refresh_token', refresh_token: 'x', client_id: undefined };
    const withHeader = await client.token(fields, basic('mrc_unknown', 's'));
    expect(withHeader.status).toBe(401);
    expect(withHeader.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  it.each(['client_secret_basic', 'client_secret_post'])(
    'takes a confidential client by %s only',
    async (method) => {
      const confidential = await TestClient.register(base, { token_endpoint_auth_method: method });
      const { clientId, secret = '' } = confidential;
      const code = await confidential.code(browser);
      const common = { grant_type: 'authorization_code', code, code_verifier: VERIFIER };
      const inHeader = {
        form: { ...common, client_id: undefined, client_secret: undefined },
        headers: basic(clientId, secret),
      };
      const inForm = { form: common, headers: {} };
      const [right, wrong] = method === 'client_secret_basic' ? [inHeader, inForm] : [inForm, inHeader];
      const refusals = [
        await confidential.token({ ...common, client_secret: undefined }),
        await confidential.token({ ...common, client_secret: 'wrong' }),
        await confidential.token({ ...common, client_secret: undefined }, basic(clientId, 'wrong')),
        await confidential.token(common, basic(clientId, secret)),
        await confidential.token(wrong.form, wrong.headers),
      ];
      for (const refusal of refusals)
        expect(refusal).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
      expect((await confidential.token(right.form, right.headers)).status).toBe(200);
    },
  );

  it('refuses a secret from a public client, but not an empty one', async () => {
    const { refresh_token } = await client.connect(browser);
    expect((await client.refresh(refresh_token, { client_secret: 'x' })).body.error).toBe('invalid_client');
    expect((await client.refresh(refresh_token, { client_secret: '' })).status).toBe(200);
  });
});

describe('refresh', () => {
  it('rotates, and ends the family when an old token comes back after its successor was used', async () => {
    const first = await client.connect(browser);
    const second = (await client.refresh(first.refresh_token)).body as unknown as Tokens;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await works(second)).toBe(true);
    await age(2);
    expect((await client.refresh(first.refresh_token)).body.error).toBe('invalid_grant');
    expect(await works(second)).toBe(false);
    expect((await client.refresh(second.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('knows the thief also after the sweep took what had expired', async () => {
    const first = await client.connect(browser);
    const second = (await client.refresh(first.refresh_token)).body as unknown as Tokens;
    expect(await works(second)).toBe(true);
    await age(120);
    await server.dataSource.query(`UPDATE oauth_access_tokens SET expires_at = now() - interval '1 minute'`);
    await server.app.get(ExpiredRowsSweeper).sweep(new Date());
    expect((await client.refresh(first.refresh_token)).body.error).toBe('invalid_grant');
    expect((await client.refresh(second.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('forgives a lost response hours later, and knows the thief of it', async () => {
    const first = await client.connect(browser);
    const lost = (await client.refresh(first.refresh_token)).body as unknown as Tokens;
    await age(180);
    const again = await client.refresh(first.refresh_token);
    expect(again.status).toBe(200);
    const tokens = again.body as unknown as Tokens;
    expect(await works(tokens)).toBe(true);
    expect(await works(lost)).toBe(false);
    expect((await client.refresh(lost.refresh_token)).body.error).toBe('invalid_grant');
    expect(await works(tokens)).toBe(false);
  });

  it('serves five at once, and all five go on', async () => {
    const { refresh_token } = await client.connect(browser);
    const answers = await Promise.all(Array.from({ length: 5 }, () => client.refresh(refresh_token)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    for (const { body } of answers) {
      const tokens = body as unknown as Tokens;
      expect(await works(tokens)).toBe(true);
      expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
    }
  });

  it('does nothing for another client', async () => {
    const tokens = await client.connect(browser);
    expect((await other.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('narrows the access token, keeps the grant, and refuses more', async () => {
    const { refresh_token } = await client.connect(browser, { scope: 'mcp offline_access' });
    expect((await client.refresh(refresh_token, { scope: 'mcp admin' })).body.error).toBe('invalid_scope');
    const narrow = await client.refresh(refresh_token, { scope: 'mcp' });
    expect(narrow.body.scope).toBe('mcp');
    const full = await client.refresh(narrow.body.refresh_token as string);
    expect(full.body.scope).toBe('mcp offline_access');
  });

  it('refuses another resource without rotating', async () => {
    const { refresh_token } = await client.connect(browser);
    expect((await client.refresh(refresh_token, { resource: 'https://other.example/' })).body.error).toBe(
      'invalid_target',
    );
    const [row] = await server.dataSource.query<{ n: number }[]>(
      `SELECT count(*)::int AS n FROM oauth_refresh_tokens WHERE consumed_at IS NULL AND parent_id IS NULL`,
    );
    expect(row?.n).toBeGreaterThan(0);
    expect((await client.refresh(refresh_token, { resource: `${base}/mcp` })).status).toBe(200);
  });

  it.each([
    ['an unknown token', () => 'mrr_unknown'],
    ['an access token', async () => (await client.connect(browser)).access_token],
  ])('answers %s with invalid_grant', async (_, token) => {
    expect(await client.refresh(await token())).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it('ends with the idle time, and never outlives the grant', async () => {
    const { refresh_token } = await client.connect(browser);
    await server.dataSource.query(
      `UPDATE oauth_refresh_tokens SET expires_at = now() WHERE consumed_at IS NULL`,
    );
    expect((await client.refresh(refresh_token)).body.error).toBe('invalid_grant');
    const tokens = await client.connect(browser);
    await server.dataSource.query(`UPDATE oauth_grants SET expires_at = now() + interval '100 seconds'`);
    const last = await client.refresh(tokens.refresh_token);
    expect(last.body.expires_in).toBeLessThanOrEqual(100);
    const [row] = await server.dataSource.query<{ late: boolean }[]>(
      `SELECT r.expires_at > g.expires_at AS late FROM oauth_refresh_tokens r JOIN oauth_grants g ON g.id = r.grant_id
       ORDER BY r.created_at DESC LIMIT 1`,
    );
    expect(row?.late).toBe(false);
    await server.dataSource.query(`UPDATE oauth_grants SET expires_at = now() + interval '1 day'`);
  });
});

describe('revocation (RFC 7009)', () => {
  it('of an access token leaves the refresh token', async () => {
    const tokens = await client.connect(browser);
    expect(await works(tokens)).toBe(true);
    const answer = await client.revoke({ token: tokens.access_token, token_type_hint: 'refresh_token' });
    expect(answer).toMatchObject({ status: 200, body: {} });
    expect(await works(tokens)).toBe(false);
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('of another client’s token does nothing, and says nothing', async () => {
    const tokens = await client.connect(browser);
    expect((await other.revoke({ token: tokens.refresh_token })).status).toBe(200);
    expect((await other.revoke({ token: tokens.access_token })).status).toBe(200);
    expect(await works(tokens)).toBe(true);
  });

  it('of what does not exist succeeds; of nothing does not', async () => {
    expect((await client.revoke({ token: 'garbage' })).status).toBe(200);
    expect(await client.revoke({})).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('needs a confidential client to authenticate', async () => {
    const confidential = await TestClient.register(base, {
      token_endpoint_auth_method: 'client_secret_post',
    });
    const tokens = await confidential.connect(browser);
    const refused = await confidential.revoke({ token: tokens.refresh_token, client_secret: undefined });
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect(await works(tokens)).toBe(true);
  });
});
