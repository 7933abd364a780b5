import {
  bearer,
  Browser,
  hiddenFields,
  json,
  OTHER_USER,
  TestClient,
  type Tokens,
  VERIFIER,
} from '../../support/oauth-client.js';
import { ADMIN, type Bench } from './bench.js';
import { row } from './row.js';
import {
  at,
  basic,
  expectOAuthError,
  expectWithin,
  familyOf,
  FORM,
  hashOf,
  post,
  refusalOf,
  statusOf,
  tokensOf,
} from './token-requests.js';

/** Rows V: how tokens end before their time. */
export function revocationRows(bench: () => Bench): void {
  let browser: Browser;
  let client: TestClient;
  let other: TestClient;

  beforeAll(async () => {
    browser = new Browser(bench().base);
    client = await TestClient.register(bench().base);
    other = await TestClient.register(bench().base);
  });

  const endpoint = (): string => `${bench().base}/oauth/revoke`;
  const rotate = async (tokens: Tokens): Promise<Tokens> =>
    tokensOf(await client.refresh(tokens.refresh_token));

  /** Every token of the family is over: on this replica at once, on the other within moments. */
  const expectOver = async (families: Tokens[], by = client): Promise<void> => {
    for (const tokens of families) {
      expect(await statusOf(bench().base, tokens)).toBe(401);
      expect(refusalOf(await by.refresh(tokens.refresh_token))).toBe('400 invalid_grant');
      expect(refusalOf(await at(bench().secondReplica, by).refresh(tokens.refresh_token))).toBe(
        '400 invalid_grant',
      );
      await expectWithin(1_000, 401, () => statusOf(bench().secondReplica, tokens));
    }
  };
  const expectSilence = async (token: string): Promise<void> => {
    const { status, body, headers } = await client.revoke({ token });
    expect({ status, body, length: headers.get('content-length') ?? '0' }).toEqual({
      status: 200,
      body: {},
      length: '0',
    });
  };
  const expectGood = async (tokens: Tokens): Promise<void> => {
    for (const replica of [bench().base, bench().secondReplica])
      expect(await statusOf(replica, tokens)).toBe(200);
  };

  row(
    {
      id: 'V1',
      level: 'MUST',
      source: 'RFC 7009 §2.1 and §2.2',
      rule: 'Revoking a refresh token is answered with 200 and nothing else, and ends every token of its grant at once.',
    },
    async () => {
      for (const which of ['the newest', 'a spent one'] as const) {
        const first = await client.connect(browser);
        const second = await rotate(first);
        await expectGood(first);
        await expectGood(second);
        const token = which === 'the newest' ? second.refresh_token : first.refresh_token;
        const response = await fetch(endpoint(), {
          method: 'POST',
          body: new URLSearchParams({ token, client_id: client.clientId }),
        });
        expect({ which, status: response.status, body: await response.text() }).toEqual({
          which,
          status: 200,
          body: '',
        });
        expect(response.headers.get('cache-control')).toBe('no-store');
        await expectOver([first, second]);
        const family = await familyOf(bench(), token);
        expect(family.revokedReason).toBe('client');
        expect(family.audit.filter((type) => type === 'grant.revoked')).toHaveLength(1);
        expect((await client.revoke({ token })).status).toBe(200);
      }
    },
  );

  row(
    {
      id: 'V2',
      level: 'MUST',
      source: 'RFC 7009 §2.1',
      rule: 'Revoking an access token ends that one alone; its refresh token and its siblings live on.',
    },
    async () => {
      const first = await client.connect(browser);
      const second = await rotate(first);
      await expectGood(first);
      await expectGood(second);
      expect(await client.revoke({ token: first.access_token })).toMatchObject({ status: 200, body: {} });
      expect(await statusOf(bench().base, first)).toBe(401);
      await expectWithin(1_000, 401, () => statusOf(bench().secondReplica, first));
      await expectGood(second);
      await expectGood(await rotate(second));
    },
  );

  row(
    {
      id: 'V3',
      level: 'MUST',
      source: 'RFC 7009 §2.2',
      rule: 'A token that is unknown, expired, revoked, another client’s or no token at all is answered like a good one, with the same body and in about the same time.',
      note: 'A dead token of the client’s own takes some round trips to the database more, which tells it nothing; another client’s takes as long as an unknown one.',
    },
    async () => {
      const expired = await client.connect(browser);
      const revoked = await client.connect(browser);
      const foreign = await other.connect(browser);
      await bench().sql('UPDATE oauth_access_tokens SET expires_at = now() WHERE token_hash = $1', [
        hashOf(expired.access_token),
      ]);
      await client.revoke({ token: revoked.refresh_token });
      const own = [expired.access_token, revoked.refresh_token, revoked.access_token];
      for (const token of [...own, ...own]) await expectSilence(token);
      const strangers: Record<string, string> = {
        unknown: `mrr_${'x'.repeat(43)}`,
        'refresh token of another': foreign.refresh_token,
        'access token of another': foreign.access_token,
        'a code': await client.code(browser),
        garbage: '☂ \n <script>',
        long: 'x'.repeat(10_000),
      };
      const times = new Map(Object.keys(strangers).map((kind) => [kind, [] as number[]]));
      for (let round = 0; round < 40; round += 1) {
        const order = Object.entries(strangers).sort(() => Math.random() - 0.5);
        for (const [kind, token] of order) {
          const begin = performance.now();
          await expectSilence(token);
          times.get(kind)?.push(performance.now() - begin);
        }
      }
      const typical = new Map([...times].map(([kind, samples]) => [kind, lowerQuartile(samples)]));
      const alike = Math.max(...typical.values()) < Math.min(...typical.values()) * 1.5 + 10;
      expect({ typical, alike }).toEqual({ typical, alike: true });
      await expectGood(foreign);
    },
  );

  row(
    {
      id: 'V4',
      level: 'MUST',
      source: 'RFC 7009 §2.1',
      rule: 'A client cannot end a token of another client, and is not told that it is one.',
    },
    async () => {
      const confidential = await TestClient.register(bench().base, {
        token_endpoint_auth_method: 'client_secret_post',
      });
      const first = await client.connect(browser);
      const second = await rotate(first);
      for (const stranger of [other, confidential]) {
        for (const token of [
          first.refresh_token,
          first.access_token,
          second.refresh_token,
          second.access_token,
        ]) {
          for (const token_type_hint of [undefined, 'access_token', 'refresh_token']) {
            const answer = await stranger.revoke({ token, token_type_hint });
            expect(answer).toMatchObject({ status: 200, body: {} });
          }
        }
      }
      await expectGood(first);
      await expectGood(second);
      await expectGood(await rotate(second));
    },
  );

  row(
    {
      id: 'V5',
      level: 'MUST',
      source: 'RFC 7009 §2.1',
      rule: 'A request without a token is invalid_request; the token_type_hint may be wrong, unknown or missing and changes nothing.',
    },
    async () => {
      for (const fields of [{}, { token: '' }, { token_type_hint: 'access_token' }]) {
        const answer = await client.revoke(fields);
        expect(refusalOf(answer)).toBe('400 invalid_request');
        expectOAuthError('no token', answer);
      }
      const twice = await post(endpoint(), `token=a&token=b&client_id=${client.clientId}`, {
        'content-type': FORM,
      });
      expect(refusalOf(twice)).toBe('400 invalid_request');
      const inJson = await post(endpoint(), '{"token":"a"}', { 'content-type': 'application/json' });
      expect(refusalOf(inJson)).toBe('400 invalid_request');
      for (const token_type_hint of ['access_token', 'refresh_token', 'id_token', '', 'x'.repeat(1_000)]) {
        const tokens = await client.connect(browser);
        await expectGood(tokens);
        await client.revoke({ token: tokens.access_token, token_type_hint });
        expect({ token_type_hint, status: await statusOf(bench().base, tokens) }).toEqual({
          token_type_hint,
          status: 401,
        });
        const next = await rotate(tokens);
        await client.revoke({ token: next.refresh_token, token_type_hint });
        await expectOver([next]);
      }
    },
  );

  row(
    {
      id: 'V6',
      level: 'MUST',
      source: 'RFC 7009 §2.1, RFC 6749 §2.3',
      rule: 'A confidential client authenticates to revoke, by the method that it registered; otherwise it is invalid_client and nothing ends.',
    },
    async () => {
      for (const token_endpoint_auth_method of ['client_secret_post', 'client_secret_basic']) {
        const inPost = token_endpoint_auth_method === 'client_secret_post';
        const own = await TestClient.register(bench().base, { token_endpoint_auth_method });
        const { clientId: client_id, secret: client_secret = '' } = own;
        const withSecret = (fields: Record<string, string>, path: string, secret = client_secret) =>
          post(
            `${bench().base}${path}`,
            new URLSearchParams(inPost ? { ...fields, client_id, client_secret: secret } : fields),
            inPost ? {} : basic(client_id, secret),
          );
        const request = {
          grant_type: 'authorization_code',
          code: await own.code(browser),
          code_verifier: VERIFIER,
        };
        const tokens = tokensOf(await withSecret(request, '/oauth/token'));
        const token = tokens.refresh_token;
        const refusals = [
          await own.revoke({ token, client_secret: undefined }),
          await own.revoke({ token, client_secret: '' }),
          await own.revoke({ token, client_id: undefined, client_secret: undefined }),
          await own.revoke({ token, client_id: 'mrc_unknown', client_secret: undefined }),
          await own.revoke({ token, client_id: other.clientId }),
          await withSecret({ token }, '/oauth/revoke', 'wrong'),
        ];
        expect(refusals.map(refusalOf)).toEqual(Array(6).fill('401 invalid_client'));
        await expectGood(tokens);
        expect((await withSecret({ token }, '/oauth/revoke')).status).toBe(200);
        expect(await statusOf(bench().base, tokens)).toBe(401);
      }
    },
  );

  row(
    {
      id: 'V7',
      level: 'interop',
      source: 'RFC 7009 §2 and §2.3, Fetch standard (CORS)',
      rule: 'The revocation endpoint takes POST alone, and scripts of any origin may use it without cookies.',
    },
    async () => {
      const get = await json(await fetch(`${endpoint()}?token=x&client_id=${client.clientId}`));
      expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
      expectOAuthError('GET', get);
      const origin = 'http://localhost:6274';
      const preflight = await fetch(endpoint(), {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type,mcp-protocol-version',
        },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
      expect(preflight.headers.get('access-control-allow-headers')).toContain('mcp-protocol-version');
      const body = new URLSearchParams({ token: 'x', client_id: client.clientId });
      const good = await post(endpoint(), body, { origin });
      const bad = await post(endpoint(), '', { origin, 'content-type': FORM });
      for (const { headers } of [preflight, good, bad]) {
        expect(headers.get('access-control-allow-origin')).toBe('*');
        expect(headers.get('access-control-allow-credentials')).toBeNull();
      }
    },
  );

  row(
    {
      id: 'V8',
      level: 'policy',
      source: 'RFC 7009 §1, OWASP ASVS 5.0 §7.4',
      rule: 'The user on the page of connected assistants, or an administrator, ends a grant with all its tokens; nobody else can.',
    },
    async () => {
      const { base } = bench();
      const begin = async () => {
        const first = await client.connect(browser, { scope: 'mcp offline_access' });
        const second = await rotate(first);
        await expectGood(first);
        await expectGood(second);
        return { tokens: [first, second], ...(await familyOf(bench(), first.refresh_token)) };
      };
      const byUser = await begin();
      const byAdmin = await begin();
      const untouched = await begin();
      const page = await browser.get('/account/connections');
      for (const { grantId } of [byUser, byAdmin, untouched]) expect(page.body).toContain(grantId);
      const { _csrf } = hiddenFields(page.body);
      const path = '/account/connections';

      const somebody = new Browser(base);
      await somebody.signIn(OTHER_USER);
      const { _csrf: ownCsrf } = hiddenFields((await somebody.get('/account/keys')).body);
      expect((await somebody.post(path, { _csrf: ownCsrf, id: byUser.grantId })).status).toBe(404);
      expect((await somebody.post(path, { _csrf, id: byUser.grantId })).status).toBe(403);
      expect((await browser.post(path, { id: byUser.grantId })).status).toBe(403);
      const adminUrl = `${base}/admin/oauth/grants/${byAdmin.grantId}/revoke`;
      for (const headers of [{}, await apiKey(somebody), bearer(byAdmin.tokens[1]?.access_token ?? '')]) {
        const { status } = await fetch(adminUrl, { method: 'POST', headers });
        expect([401, 403]).toContain(status);
      }
      for (const tokens of [...byUser.tokens, ...byAdmin.tokens]) await expectGood(tokens);

      expect((await browser.post(path, { _csrf, id: byUser.grantId })).status).toBe(303);
      await expectOver(byUser.tokens);
      expect((await browser.get(path)).body).not.toContain(byUser.grantId);
      const admin = new Browser(base);
      await admin.signIn(ADMIN);
      const answer = await fetch(adminUrl, {
        method: 'POST',
        headers: await apiKey(admin, { role: 'admin' }),
      });
      expect(answer.status).toBe(200);
      await expectOver(byAdmin.tokens);
      for (const [reason, { tokens }] of Object.entries({ user: byUser, admin: byAdmin })) {
        const family = await familyOf(bench(), tokens[0]?.refresh_token ?? '');
        expect(family.revokedReason).toBe(reason);
        expect(family.audit.filter((type) => type === 'grant.revoked')).toHaveLength(1);
      }
      for (const tokens of untouched.tokens) await expectGood(tokens);
    },
  );
}

/** The header with a new API key of whoever is signed in. */
async function apiKey(browser: Browser, form = {}): Promise<Record<string, string>> {
  const fields = hiddenFields((await browser.get('/account/keys')).body);
  const page = await browser.post('/account/keys', { ...fields, ...form, name: 'conformance' });
  const [key = ''] = /\bmrk_[\w-]{43}\b/.exec(page.body) ?? [];
  return { authorization: `Key ${key}` };
}

/** What the server takes for it when nothing else keeps this machine busy. */
const lowerQuartile = (samples: number[]): number => samples.sort((a, b) => a - b)[samples.length >> 2] ?? 0;
