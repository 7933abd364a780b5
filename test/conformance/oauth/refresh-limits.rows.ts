import { Browser, TestClient, type Tokens, VERIFIER } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { row } from './row.js';
import { familyOf, hashOf, refusalOf, statusOf, tokensOf } from './token-requests.js';

/** Rows F7 to F11: what a refresh may ask for, how long it works, and for whom. */
export function refreshLimitRows(bench: () => Bench): void {
  let browser: Browser;
  let client: TestClient;
  let other: TestClient;

  beforeAll(async () => {
    browser = new Browser(bench().base);
    client = await TestClient.register(bench().base);
    other = await TestClient.register(bench().base);
  });

  const rotate = async (tokens: Tokens, by = client): Promise<Tokens> =>
    tokensOf(await by.refresh(tokens.refresh_token));
  const works = async (tokens: Tokens): Promise<boolean> => (await statusOf(bench().base, tokens)) === 200;

  row(
    {
      id: 'F7',
      level: 'MUST',
      source: 'RFC 6749 §6; Claude Code sends no scope',
      rule: 'A refresh may ask for less scope, which narrows its access token alone, but not for more; without a scope it gets all that was granted.',
    },
    async () => {
      const granted = await client.connect(browser, { scope: 'mcp offline_access' });
      for (const scope of ['mcp admin', 'mcp offline_access openid', 'MCP', 'mcp "', 'mcp\\']) {
        const answer = await client.refresh(granted.refresh_token, { scope });
        expect({ scope, refusal: refusalOf(answer) }).toEqual({ scope, refusal: '400 invalid_scope' });
      }
      expect((await familyOf(bench(), granted.refresh_token)).consumed).toBe(0);
      const less = tokensOf(await client.refresh(granted.refresh_token, { scope: 'mcp' }));
      expect(less.scope).toBe('mcp');
      const useless = tokensOf(await client.refresh(less.refresh_token, { scope: 'offline_access' }));
      expect(useless.scope).toBe('offline_access');
      expect(await statusOf(bench().base, useless)).toBe(403);
      for (const scope of [undefined, '', '  ', 'offline_access mcp mcp']) {
        const full = tokensOf(await client.refresh(useless.refresh_token, { scope }));
        expect({ scope, granted: full.scope.split(' ').sort() }).toEqual({
          scope,
          granted: ['mcp', 'offline_access'],
        });
        expect(await works(full)).toBe(true);
      }
      const plain = await client.connect(browser, { scope: 'mcp' });
      const more = await client.refresh(plain.refresh_token, { scope: 'mcp offline_access' });
      expect(refusalOf(more)).toBe('400 invalid_scope');
    },
  );

  row(
    {
      id: 'F8',
      level: 'MUST',
      source: 'RFC 8707 §2.2',
      rule: 'A refresh may name the resource of the grant, which its tokens keep over all rotations; another one is invalid_target and spends nothing.',
    },
    async () => {
      const { base, resource } = bench();
      let tokens = await client.connect(browser, { resource });
      for (const wrong of ['https://other.example/mcp', base, `${resource}/x`, 'nothing']) {
        const answer = await client.refresh(tokens.refresh_token, { resource: wrong });
        expect({ wrong, refusal: refusalOf(answer) }).toEqual({ wrong, refusal: '400 invalid_target' });
      }
      expect(await familyOf(bench(), tokens.refresh_token)).toMatchObject({ consumed: 0, refreshTokens: 1 });
      for (const named of [resource, undefined, `${resource}/`]) {
        tokens = tokensOf(await client.refresh(tokens.refresh_token, { resource: named }));
        expect(await works(tokens)).toBe(true);
      }
      const { grantId } = await familyOf(bench(), tokens.refresh_token);
      expect(await bench().sql('SELECT resource FROM oauth_grants WHERE id = $1', [grantId])).toEqual([
        { resource },
      ]);
    },
  );

  row(
    {
      id: 'F9',
      level: 'policy',
      source: 'RFC 9700 §4.14.2, OWASP ASVS 5.0 §10.4.8',
      rule: 'A refresh token ends after 30 days without use and a grant after 90 days, which no rotation moves.',
    },
    async () => {
      const DAY = 86_400;
      const lives = (refreshToken: string) =>
        bench().sql<{ token: number; grant: number; late: boolean }>(
          `SELECT round(extract(epoch FROM r.expires_at - now()))::int AS token,
             round(extract(epoch FROM g.expires_at - now()))::int AS grant, r.expires_at > g.expires_at AS late
           FROM oauth_refresh_tokens r JOIN oauth_grants g ON g.id = r.grant_id WHERE r.token_hash = $1`,
          [hashOf(refreshToken)],
        );
      const near = (seconds: number) => expect.closeTo(seconds, -2) as number;
      let tokens = await client.connect(browser);
      const { grantId } = await familyOf(bench(), tokens.refresh_token);
      const shift = (seconds: number) =>
        bench().sql(
          `UPDATE oauth_grants SET expires_at = expires_at - make_interval(secs => $2) WHERE id = $1`,
          [grantId, seconds],
        );
      expect(await lives(tokens.refresh_token)).toEqual([
        { token: near(30 * DAY), grant: near(90 * DAY), late: false },
      ]);
      await shift(50 * DAY);
      tokens = await rotate(tokens);
      expect(await lives(tokens.refresh_token)).toEqual([
        { token: near(30 * DAY), grant: near(40 * DAY), late: false },
      ]);
      await shift(35 * DAY);
      tokens = await rotate(tokens);
      expect(await lives(tokens.refresh_token)).toEqual([
        { token: near(5 * DAY), grant: near(5 * DAY), late: false },
      ]);
      await shift(5 * DAY - 100);
      tokens = await rotate(tokens);
      expect(tokens.expires_in).toBeLessThanOrEqual(110);
      expect(tokens.expires_in).toBeGreaterThan(50);
      expect(await works(tokens)).toBe(true);
      const unused = await rotate(tokens);
      await shift(200);
      expect(await works(unused)).toBe(false);
      expect(refusalOf(await client.refresh(unused.refresh_token))).toBe('400 invalid_grant');
    },
  );

  row(
    {
      id: 'F10',
      level: 'MUST',
      source: 'MCP authorization 2026-07-28, OpenID Connect Core §11',
      rule: 'A client gets a refresh token if it registered for the grant type, named no grant types at all, or asked for offline_access.',
    },
    async () => {
      const cases: [string[] | undefined, string, boolean][] = [
        [undefined, 'mcp', true],
        [[], 'mcp', true],
        [['authorization_code', 'refresh_token'], 'mcp', true],
        [['authorization_code'], 'mcp', false],
        [['authorization_code'], 'mcp offline_access', true],
        [['authorization_code', 'refresh_token'], 'mcp offline_access', true],
      ];
      for (const [grant_types, scope, refreshable] of cases) {
        const own = await TestClient.register(bench().base, { grant_types });
        const tokens = await own.connect(browser, { scope });
        expect({ grant_types, scope, refreshable: 'refresh_token' in tokens }).toEqual({
          grant_types,
          scope,
          refreshable,
        });
        expect(tokens.scope).toBe(scope);
        if (refreshable) expect(await works(await rotate(tokens, own))).toBe(true);
      }
    },
  );

  row(
    {
      id: 'F11',
      level: 'MUST',
      source: 'RFC 6749 §6',
      rule: 'A confidential client authenticates to refresh; without its secret nothing is spent.',
    },
    async () => {
      for (const token_endpoint_auth_method of ['client_secret_post', 'client_secret_basic']) {
        const { base } = bench();
        const own = await TestClient.register(base, { token_endpoint_auth_method });
        const inPost = token_endpoint_auth_method === 'client_secret_post';
        const authorization = `Basic ${Buffer.from(`${own.clientId}:${own.secret}`).toString('base64')}`;
        const ask = (fields: Record<string, string | undefined>, headers: Record<string, string> = {}) =>
          own.token({ client_secret: undefined, ...fields }, headers);
        const authenticated = (fields: Record<string, string | undefined>) =>
          inPost ? own.token(fields) : ask({ client_id: undefined, ...fields }, { authorization });
        const code = await own.code(browser);
        const request = { grant_type: 'authorization_code', code, redirect_uri: own.redirectUri };
        const tokens = tokensOf(await authenticated({ ...request, code_verifier: VERIFIER }));
        const fields = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
        const refusals = [
          await ask(fields),
          await ask({ ...fields, client_secret: '' }),
          await ask({ ...fields, client_secret: 'wrong' }),
          await ask({ ...fields, client_id: other.clientId, client_secret: own.secret }),
          await (inPost ? ask({ ...fields, client_id: undefined }, { authorization }) : own.token(fields)),
        ];
        expect(refusals.map(refusalOf)).toEqual(Array(5).fill('401 invalid_client'));
        expect((await familyOf(bench(), tokens.refresh_token)).consumed).toBe(0);
        expect(await works(tokensOf(await authenticated(fields)))).toBe(true);
      }
    },
  );
}
