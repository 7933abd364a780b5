import { setTimeout as delay } from 'node:timers/promises';
import { Browser, TestClient, type Tokens } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { row } from './row.js';
import {
  age,
  at,
  expectWithin,
  familyOf,
  hashOf,
  refusalOf,
  somebody,
  statusOf,
  tokensOf,
} from './token-requests.js';

/** Rows F1 to F6: rotation, and what a spent refresh token means. */
export function refreshRows(bench: () => Bench): void {
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
      id: 'F1',
      level: 'MUST',
      source: 'MCP authorization, OAuth 2.1 (draft) §4.3.1',
      rule: 'Every refresh gives a public client a new refresh token, and the one before is worth nothing once the new one is in use.',
    },
    async () => {
      const chain = [await client.connect(browser)];
      for (let turn = 0; turn < 4; turn += 1) {
        const answer = await client.refresh(chain.at(-1)?.refresh_token ?? '');
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: 3600, scope: 'mcp' });
        chain.push(tokensOf(answer));
      }
      expect(new Set(chain.flatMap((tokens) => [tokens.access_token, tokens.refresh_token])).size).toBe(10);
      expect(await works(chain.at(-1) as Tokens)).toBe(true);
      const [first] = chain;
      await age(bench(), first?.refresh_token ?? '', 2);
      expect(refusalOf(await client.refresh(first?.refresh_token ?? ''))).toBe('400 invalid_grant');
    },
  );

  row(
    {
      id: 'F2',
      level: 'MUST',
      source: 'RFC 9700 §4.14.2',
      rule: 'A spent refresh token that comes back after a minute, when its successor is in use, ends the whole family on all replicas and is put on record.',
    },
    async () => {
      const uses: Record<string, (successor: Tokens) => Promise<unknown>> = {
        'a call with its access token': (successor) => statusOf(bench().base, successor),
        'a refresh with it': (successor) => client.refresh(successor.refresh_token),
      };
      for (const [name, use] of Object.entries(uses)) {
        const first = await client.connect(browser);
        const second = await rotate(first);
        const sibling = await rotate(first);
        await use(second);
        const living = [await rotate(second), await rotate(sibling)];
        for (const tokens of living) expect(await works(tokens)).toBe(true);
        await bench().sql(
          `UPDATE oauth_refresh_tokens SET consumed_at = consumed_at - interval '61 seconds' WHERE token_hash = $1`,
          [hashOf(first.refresh_token)],
        );
        expect({ name, refusal: refusalOf(await client.refresh(first.refresh_token)) }).toEqual({
          name,
          refusal: '400 invalid_grant',
        });
        for (const tokens of [first, second, sibling, ...living]) {
          expect({ name, works: await works(tokens) }).toEqual({ name, works: false });
          expect(refusalOf(await client.refresh(tokens.refresh_token))).toBe('400 invalid_grant');
          await expectWithin(1_000, 401, () => statusOf(bench().secondReplica, tokens));
        }
        const family = await familyOf(bench(), first.refresh_token);
        expect(family.revokedReason).toBe('refresh_reuse');
        expect(family.audit.filter((type) => type === 'refresh_token.reused')).toHaveLength(1);
      }
      await expectTheftKnownAfterSweep(bench(), client, browser);
    },
  );

  row(
    {
      id: 'F3',
      level: 'policy',
      source: 'FAPI 2.0 Security Profile §5.3.2.1, RFC 9700 §4.14.2',
      rule: 'A refresh whose response was lost may be repeated hours later, as often as it is lost; the lost tokens are worth nothing, and whoever shows one ends the family.',
      note: 'Nothing of the lost response was ever used, so the repetition comes from the client itself.',
    },
    async () => {
      const first = await client.connect(browser);
      const lost = [await rotate(first), await rotate(first)];
      await age(bench(), first.refresh_token, 180);
      lost.push(await rotate(first));
      await age(bench(), first.refresh_token, 24 * 60);
      const arrived = await rotate(first);
      expect(await works(arrived)).toBe(true);
      const next = await rotate(arrived);
      expect(await works(next)).toBe(true);
      for (const tokens of lost) expect(await works(tokens)).toBe(false);
      expect(await familyOf(bench(), first.refresh_token)).toMatchObject({
        revokedReason: null,
        superseded: 3,
      });
      expect(refusalOf(await client.refresh(lost[2]?.refresh_token ?? ''))).toBe('400 invalid_grant');
      for (const tokens of [arrived, next]) {
        expect(await works(tokens)).toBe(false);
        expect(refusalOf(await client.refresh(tokens.refresh_token))).toBe('400 invalid_grant');
      }
      expect((await familyOf(bench(), first.refresh_token)).revokedReason).toBe('refresh_reuse');
    },
  );

  row(
    {
      id: 'F4',
      level: 'interop',
      source: 'Claude Code, Codex and others refresh from several processes at once',
      rule: 'Five refreshes with one token that arrive at once on two replicas all succeed, and every one of the five sessions goes on for good; of 25, those beyond 20 are told to come back later, which harms none of the others.',
    },
    async () => {
      const first = await client.connect(browser);
      const replicas = [client, at(bench().secondReplica, client)];
      const answers = await Promise.all(
        Array.from({ length: 5 }, (_, n) => (replicas[n % 2] ?? client).refresh(first.refresh_token)),
      );
      let sessions = answers.map(tokensOf);
      for (let hour = 0; hour < 3; hour += 1) {
        for (const tokens of sessions) {
          expect(await works(tokens)).toBe(true);
          expect(await statusOf(bench().secondReplica, tokens)).toBe(200);
        }
        await age(bench(), first.refresh_token, 60);
        sessions = await Promise.all(sessions.map((tokens, n) => rotate(tokens, replicas[(n + hour) % 2])));
      }
      expect(new Set(sessions.map((tokens) => tokens.refresh_token)).size).toBe(5);
      expect(await familyOf(bench(), first.refresh_token)).toMatchObject({
        revokedReason: null,
        superseded: 0,
        refreshTokens: 21,
      });
      await expectCrowdServed(bench(), browser, client);
    },
  );

  row(
    {
      id: 'F5',
      level: 'MUST',
      source: 'RFC 6749 §6 and §10.4',
      rule: 'A refresh token is worth nothing to another client, and its owner does not notice the attempt, not even one with a spent token.',
    },
    async () => {
      const confidential = await TestClient.register(bench().base, {
        token_endpoint_auth_method: 'client_secret_post',
      });
      const first = await client.connect(browser);
      const second = await rotate(first);
      expect(await works(second)).toBe(true);
      await age(bench(), first.refresh_token, 5);
      for (const thief of [other, confidential]) {
        for (const tokens of [first, second]) {
          expect(refusalOf(await thief.refresh(tokens.refresh_token))).toBe('400 invalid_grant');
        }
      }
      expect(await works(await rotate(second))).toBe(true);
    },
  );

  row(
    {
      id: 'F6',
      level: 'MUST',
      source: 'RFC 6749 §5.2; MCP SDK clients sign in anew on nothing else',
      rule: 'A refresh token that is unknown, expired, revoked, of a disabled or deleted user or no refresh token at all is invalid_grant with status 400.',
    },
    async () => {
      const dead: Record<string, () => Promise<string> | string> = {
        unknown: () => `mrr_${'x'.repeat(43)}`,
        garbage: () => '☂ %00 \n <script>',
        long: () => 'x'.repeat(20_000),
        'an access token': async () => (await client.connect(browser)).access_token,
        'a code': () => client.code(browser),
        'revoked by its client': async () => {
          const { refresh_token } = await client.connect(browser);
          await client.revoke({ token: refresh_token });
          return refresh_token;
        },
        idle: async () => {
          const { refresh_token } = await client.connect(browser);
          await bench().sql('UPDATE oauth_refresh_tokens SET expires_at = now() WHERE token_hash = $1', [
            hashOf(refresh_token),
          ]);
          return refresh_token;
        },
        'of a grant that is over': async () => {
          const { refresh_token } = await client.connect(browser);
          const { grantId } = await familyOf(bench(), refresh_token);
          await bench().sql('UPDATE oauth_grants SET expires_at = now() WHERE id = $1', [grantId]);
          return refresh_token;
        },
        'of a user who was disabled': async () => {
          const { refresh_token } = await client.connect(await somebody(bench(), 'disabled'));
          await bench().sql(`UPDATE users SET disabled_at = now() WHERE email = 'disabled@example.org'`);
          return refresh_token;
        },
        'of a user who is no more': async () => {
          const { refresh_token } = await client.connect(await somebody(bench(), 'deleted'));
          await bench().sql(`DELETE FROM users WHERE email = 'deleted@example.org'`);
          return refresh_token;
        },
      };
      for (const [name, token] of Object.entries(dead)) {
        const refresh_token = await token();
        for (const attempt of [1, 2]) {
          const answer = await client.refresh(refresh_token);
          expect({ name, attempt, refusal: refusalOf(answer) }).toEqual({
            name,
            attempt,
            refusal: '400 invalid_grant',
          });
        }
      }
    },
  );
}

/** Twenty-five at once: whoever gets tokens keeps them, and nobody is told to sign in anew. */
async function expectCrowdServed(bench: Bench, browser: Browser, client: TestClient): Promise<void> {
  const replicas = [client, at(bench.secondReplica, client)];
  const { refresh_token } = await client.connect(browser);
  const answers = await Promise.all(
    Array.from({ length: 25 }, (_, n) => (replicas[n % 2] ?? client).refresh(refresh_token)),
  );
  const served = answers.filter(({ status }) => status === 200).map(tokensOf);
  const refused = answers.filter(({ status }) => status !== 200);
  // The first use and its siblings are counted alike.
  expect(served).toHaveLength(20);
  for (const answer of refused) {
    expect(refusalOf(answer)).toBe('429 temporarily_unavailable');
    const seconds = Number(answer.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
  }
  for (const tokens of served) {
    expect(await statusOf(bench.base, tokens)).toBe(200);
    expect(await statusOf(bench.base, tokensOf(await client.refresh(tokens.refresh_token)))).toBe(200);
  }
  expect(await familyOf(bench, refresh_token)).toMatchObject({ revokedReason: null, superseded: 0 });
}

/** A server that starts removes what is over, but nothing that tells a theft from a lost response. */
async function expectTheftKnownAfterSweep(bench: Bench, client: TestClient, browser: Browser): Promise<void> {
  const [stolen, lost] = [await client.connect(browser), await client.connect(browser)];
  const inUse = tokensOf(await client.refresh(stolen.refresh_token));
  expect(await statusOf(bench.base, inUse)).toBe(200);
  await client.refresh(lost.refresh_token);
  for (const { refresh_token } of [stolen, lost]) await age(bench, refresh_token, 120);
  const server = await bench.startServer({ PUBLIC_URL: bench.base });
  const left = async () =>
    (await familyOf(bench, stolen.refresh_token)).accessTokens +
    (await familyOf(bench, lost.refresh_token)).accessTokens;
  for (const deadline = Date.now() + 10_000; (await left()) > 1 && Date.now() < deadline;) await delay(50);
  expect(await left()).toBe(1);
  await server.stop();
  expect(await statusOf(bench.base, tokensOf(await client.refresh(lost.refresh_token)))).toBe(200);
  expect(refusalOf(await client.refresh(stolen.refresh_token))).toBe('400 invalid_grant');
  expect(refusalOf(await client.refresh(inUse.refresh_token))).toBe('400 invalid_grant');
}
