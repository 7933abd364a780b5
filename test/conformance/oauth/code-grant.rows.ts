import { createHash, randomBytes } from 'node:crypto';
import { Browser, CHALLENGE, form, TestClient, type Tokens, VERIFIER } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { row } from './row.js';
import {
  at,
  expectWithin,
  familyOf,
  FORM,
  hashOf,
  post,
  refusalOf,
  statusOf,
  tokensOf,
} from './token-requests.js';

/** Rows T1 to T10: what an authorization code is good for. */
export function codeGrantRows(bench: () => Bench): void {
  let browser: Browser;
  let client: TestClient;
  let other: TestClient;

  beforeAll(async () => {
    browser = new Browser(bench().base);
    client = await TestClient.register(bench().base);
    other = await TestClient.register(bench().base);
  });

  row(
    {
      id: 'T1',
      level: 'MUST',
      source: 'RFC 6749 §5.1, RFC 6750 §4',
      rule: 'A good code is answered with status 200 and an access token, its type, its lifetime, its scope and a refresh token, in JSON that no cache may keep.',
    },
    async () => {
      const scope = 'mcp offline_access';
      const answer = await client.redeem(await client.code(browser, { scope }));
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('pragma')).toBe('no-cache');
      expect(answer.body).toEqual({
        access_token: expect.stringMatching(/^mra_[\w-]{43}$/) as string,
        token_type: 'Bearer',
        expires_in: 3600,
        scope,
        refresh_token: expect.stringMatching(/^mrr_[\w-]{43}$/) as string,
      });
      expect(await statusOf(bench().base, tokensOf(answer))).toBe(200);
      expect((await client.redeem(await client.code(browser))).body.scope).toBe('mcp');
    },
  );

  row(
    {
      id: 'T2',
      level: 'MUST',
      source: 'RFC 7636 §4.1, §4.5 and §4.6',
      rule: 'A code is exchanged for the code_verifier behind its challenge only: another one is invalid_grant, none or one that is malformed is invalid_request, and neither uses the code up.',
    },
    async () => {
      const code = await client.code(browser);
      const cases: [string, string, string | undefined][] = [
        ['another verifier', '400 invalid_grant', hexDigits(43)],
        ['the verifier in capitals', '400 invalid_grant', VERIFIER.toUpperCase()],
        ['the verifier and one character', '400 invalid_grant', `${VERIFIER}a`],
        ['none', '400 invalid_request', undefined],
        ['an empty one', '400 invalid_request', ''],
        ['42 characters', '400 invalid_request', VERIFIER.slice(1)],
        ['129 characters', '400 invalid_request', hexDigits(129)],
        ['a forbidden character', '400 invalid_request', `${hexDigits(42)}+`],
        ['a line break at the end', '400 invalid_request', `${VERIFIER}\n`],
      ];
      for (const [name, refusal, code_verifier] of cases) {
        const answer = await client.redeem(code, { code_verifier });
        expect({ name, refusal: refusalOf(answer) }).toEqual({ name, refusal });
      }
      // As text: the ledger takes every verifier of a form for a secret, which a challenge is not.
      const plain = form({
        grant_type: 'authorization_code',
        code,
        code_verifier: CHALLENGE,
        client_id: client.clientId,
      });
      const answer = await post(`${bench().base}/oauth/token`, plain.toString(), { 'content-type': FORM });
      expect(refusalOf(answer)).toBe('400 invalid_grant');
      expect((await client.redeem(code)).status).toBe(200);
      for (const verifier of [hexDigits(128), `${'a.~_-'.repeat(8)}abc`]) {
        const code_challenge = createHash('sha256').update(verifier).digest('base64url');
        const own = await client.code(browser, { code_challenge });
        expect((await client.redeem(own, { code_verifier: verifier })).status).toBe(200);
      }
    },
  );

  row(
    {
      id: 'T3',
      level: 'MUST',
      source: 'RFC 9700 §4.8.2',
      rule: 'A code that was issued without a code_challenge is never exchanged, whatever verifier comes with it.',
    },
    async () => {
      const code = await client.code(browser);
      await bench().sql('UPDATE oauth_authorization_codes SET code_challenge = NULL WHERE code_hash = $1', [
        hashOf(code),
      ]);
      expect(refusalOf(await client.redeem(code))).toBe('400 invalid_grant');
      expect(refusalOf(await client.redeem(code, { code_verifier: undefined }))).toBe('400 invalid_request');
    },
  );

  row(
    {
      id: 'T4',
      level: 'MUST',
      source: 'RFC 6749 §4.1.3',
      rule: 'A code is worth nothing to another client, and that client can neither use it up nor end what it was exchanged for.',
    },
    async () => {
      const confidential = await TestClient.register(bench().base, {
        token_endpoint_auth_method: 'client_secret_post',
      });
      const code = await client.code(browser);
      for (const thief of [other, confidential]) {
        expect(refusalOf(await thief.redeem(code))).toBe('400 invalid_grant');
      }
      const tokens = tokensOf(await client.redeem(code));
      for (const thief of [other, confidential]) {
        expect(refusalOf(await thief.redeem(code))).toBe('400 invalid_grant');
      }
      expect(await statusOf(bench().base, tokens)).toBe(200);
      expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
    },
  );

  row(
    {
      id: 'T5',
      level: 'MUST',
      source: 'RFC 6749 §4.1.3',
      rule: 'A redirect_uri in the token request must be the one of the authorization request, port included; another one is refused and leaves the code as it was.',
    },
    async () => {
      const redirect_uri = 'http://127.0.0.1:54321/cb';
      const code = await client.code(browser, { redirect_uri });
      const others = [
        'http://127.0.0.1/cb',
        'http://127.0.0.1:54322/cb',
        'http://127.0.0.1:54321/cb/',
        'http://127.0.0.1:54321/CB',
        'http://127.0.0.1:54321/cb?a=b',
        'http://localhost:54321/cb',
        'https://127.0.0.1:54321/cb',
        'https://evil.example/cb',
        'nothing like a URI',
      ];
      for (const wrong of others) {
        const answer = await client.redeem(code, { redirect_uri: wrong });
        expect({ wrong, refusal: refusalOf(answer) }).toEqual({ wrong, refusal: '400 invalid_grant' });
      }
      expect((await client.redeem(code, { redirect_uri })).status).toBe(200);
    },
  );

  row(
    {
      id: 'T6',
      level: 'policy',
      source: 'OAuth 2.1 (draft) §10.2',
      rule: 'The token request may leave redirect_uri out: the code_verifier binds it to the client.',
      note: 'RFC 6749 §4.1.3 demanded it for what PKCE now prevents.',
    },
    async () => {
      for (const redirect_uri of [undefined, '']) {
        const answer = await client.redeem(await client.code(browser), { redirect_uri });
        expect({ redirect_uri, status: answer.status }).toEqual({ redirect_uri, status: 200 });
      }
    },
  );

  row(
    {
      id: 'T7',
      level: 'MUST',
      source: 'RFC 6749 §4.1.2',
      rule: 'A code is good for a minute; after that it is invalid_grant.',
    },
    async () => {
      const code = await client.code(browser);
      const values = [hashOf(code)];
      const [life] = await bench().sql<{ seconds: number }>(
        `SELECT extract(epoch FROM expires_at - created_at)::float AS seconds
         FROM oauth_authorization_codes WHERE code_hash = $1`,
        values,
      );
      expect(life?.seconds).toBeGreaterThan(30);
      expect(life?.seconds).toBeLessThanOrEqual(60.5);
      await bench().sql(
        `UPDATE oauth_authorization_codes SET expires_at = now() - interval '1 second' WHERE code_hash = $1`,
        values,
      );
      expect(refusalOf(await client.redeem(code))).toBe('400 invalid_grant');
      await bench().sql(
        `UPDATE oauth_authorization_codes SET expires_at = now() + interval '9 seconds' WHERE code_hash = $1`,
        values,
      );
      expect((await client.redeem(code)).status).toBe(200);
    },
  );

  row(
    {
      id: 'T8',
      level: 'MUST',
      source: 'RFC 6749 §4.1.2 and §10.5',
      rule: 'A code that comes a second time is refused, and everything that it was exchanged for ends on all replicas, refreshed tokens too.',
    },
    async () => {
      const { base, secondReplica } = bench();
      const code = await client.code(browser);
      const first = tokensOf(await client.redeem(code));
      const second = tokensOf(await client.refresh(first.refresh_token));
      expect(await statusOf(base, first)).toBe(200);
      expect(await statusOf(secondReplica, second)).toBe(200);
      await bench().sql(
        `UPDATE oauth_authorization_codes SET expires_at = now() - interval '1 day' WHERE code_hash = $1`,
        [hashOf(code)],
      );
      expect(refusalOf(await client.redeem(code))).toBe('400 invalid_grant');
      for (const tokens of [first, second]) {
        expect(await statusOf(base, tokens)).toBe(401);
        expect(refusalOf(await client.refresh(tokens.refresh_token))).toBe('400 invalid_grant');
      }
      await expectWithin(1_000, 401, () => statusOf(secondReplica, second));
      const family = await familyOf(bench(), first.refresh_token);
      expect(family.revokedReason).toBe('code_replay');
      expect(family.audit).toContain('authorization_code.replayed');
    },
  );

  row(
    {
      id: 'T9',
      level: 'MUST',
      source: 'RFC 6749 §4.1.2',
      rule: 'Of twenty exchanges of one code that arrive at once on two replicas, exactly one is answered with tokens.',
    },
    async () => {
      for (let round = 0; round < 3; round += 1) {
        const code = await client.code(browser);
        const replicas = [client, at(bench().secondReplica, client)];
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, n) => (replicas[n % 2] ?? client).redeem(code)),
        );
        const winners = answers.filter(({ status }) => status === 200);
        const losers = answers.filter((answer) => refusalOf(answer) === '400 invalid_grant');
        expect([winners.length, losers.length]).toEqual([1, 19]);
        const [tokens] = winners.map((answer) => answer.body as unknown as Tokens);
        const family = await familyOf(bench(), tokens?.refresh_token ?? '');
        expect(family).toMatchObject({ refreshTokens: 1, accessTokens: 1, revokedReason: 'code_replay' });
      }
    },
  );

  row(
    {
      id: 'T10',
      level: 'MUST',
      source: 'RFC 8707 §2.2, MCP authorization',
      rule: 'A token request may name the resource of its authorization request or none; another one is invalid_target and leaves the code as it was.',
    },
    async () => {
      const { base, resource } = bench();
      const code = await client.code(browser, { resource });
      const others = [
        'https://other.example/mcp',
        base,
        `${resource}/x`,
        `${resource}?a=b`,
        `${resource}#a`,
        'mcp',
      ];
      for (const wrong of others) {
        const answer = await client.redeem(code, { resource: wrong });
        expect({ wrong, refusal: refusalOf(answer) }).toEqual({ wrong, refusal: '400 invalid_target' });
      }
      expect(await statusOf(base, tokensOf(await client.redeem(code, { resource })))).toBe(200);
      for (const spelled of [
        undefined,
        `${resource}/`,
        resource.replace('http://localhost', 'HTTP://LOCALHOST'),
      ]) {
        const answer = await client.redeem(await client.code(browser, { resource }), { resource: spelled });
        expect({ spelled, status: answer.status }).toEqual({ spelled, status: 200 });
        expect(await statusOf(base, tokensOf(answer))).toBe(200);
      }
    },
  );
}

const hexDigits = (count: number): string => randomBytes(65).toString('hex').slice(0, count);
