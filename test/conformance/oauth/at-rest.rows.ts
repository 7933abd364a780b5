import { randomBytes } from 'node:crypto';
import {
  Browser,
  bearer,
  callMcp,
  hiddenFields,
  continueTarget,
  TestClient,
  USER,
} from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { row } from './row.js';
import { at, expectWithin, familyOf, hashOf, refusalOf, statusOf, tokensOf } from './token-requests.js';

/** Fewer would mean that the rows before did not run, or that nobody noted what they saw. */
const ENOUGH_SECRETS = 400;

/** What a replica may believe of a token when no event told it otherwise, and a little for the machine. */
const BELIEF_LIMIT_MS = 5_500;

/** Rows X1, X2 and X8: two replicas, and what all the other rows left behind. These come last. */
export function atRestRows(bench: () => Bench): void {
  const browsers: Browser[] = [];
  const start = async (): Promise<{ client: TestClient; browser: Browser }> => {
    const browser = new Browser(bench().base);
    browsers.push(browser);
    return { client: await TestClient.register(bench().base), browser };
  };

  /** When a row runs alone, nothing came before it. */
  const fillLedger = async (): Promise<void> => {
    const { client, browser } = await start();
    let tokens = await client.connect(browser);
    while (bench().ledger.size < ENOUGH_SECRETS)
      tokens = tokensOf(await client.refresh(tokens.refresh_token));
  };

  row(
    {
      id: 'X8',
      level: 'policy',
      source: 'OWASP ASVS 5.0 §7.4.1, RFC 7009 §2',
      rule: 'Every step may meet another replica; a revocation on one is known to the others at once, and within five seconds if its event is lost.',
    },
    async () => {
      const { base: a, secondReplica: b } = bench();
      const client = await TestClient.register(a);
      const there = at(b, client);
      const browser = new Browser(a);
      const authorized = await browser.get(client.authorizePath());
      browser.base = b;
      const signIn = await browser.get(pathOf((await browser.get(pathOf(authorized.location))).location));
      const { status } = await browser.post('/login', { ...hiddenFields(signIn.body), ...USER });
      expect(status).toBe(303);
      browser.base = a;
      const consent = await browser.get(pathOf(authorized.location));
      const approved = await browser.post('/consent', { ...hiddenFields(consent.body), decision: 'approve' });
      const target = continueTarget(approved.body);
      expect(target.searchParams.get('iss')).toBe(a);
      const tokens = tokensOf(await there.redeem(target.searchParams.get('code') ?? ''));
      for (const replica of [a, b]) expect(await statusOf(replica, tokens)).toBe(200);
      const both = await Promise.all([client, there].map((one) => one.refresh(tokens.refresh_token)));
      for (const answer of both) {
        for (const replica of [a, b]) expect(await statusOf(replica, tokensOf(answer))).toBe(200);
      }
      await client.revoke({ token: tokens.refresh_token });
      const took = await Promise.all(
        both.map((answer) => expectWithin(1_000, 401, () => statusOf(b, tokensOf(answer)))),
      );
      expect(Math.max(...took)).toBeLessThan(1_000);
      for (const answer of both)
        expect(refusalOf(await there.refresh(tokensOf(answer).refresh_token))).toBe('400 invalid_grant');
      await expectBoundWithoutEvents(bench(), client);
    },
    90_000,
  );

  row(
    {
      id: 'X1',
      level: 'MUST',
      source: 'RFC 6819 §5.1.4.1.3, OWASP ASVS 5.0 §11.4',
      rule: 'Nothing in the database can be used: no code, token, secret, session id, API key or password of the whole run is there in the clear.',
    },
    async () => {
      await fillLedger();
      const { client, browser } = await start();
      const tokens = await client.connect(browser);
      const { ledger } = bench();
      expect(ledger.size).toBeGreaterThanOrEqual(ENOUGH_SECRETS);
      const dump = await bench().dump();
      // It is a dump of the tables in question, and not of nothing.
      for (const secret of [tokens.access_token, tokens.refresh_token])
        expect(dump).toContain(hashOf(secret));
      expect(dump).toContain('$argon2id$v=19$');
      expect(ledger.leaksIn(dump)).toEqual([]);
      const control = `mrg_${randomBytes(32).toString('base64url')}`;
      ledger.add('control', control);
      const rename = (name: string) =>
        bench().sql('UPDATE oauth_clients SET name = $1 WHERE client_id = $2', [name, client.clientId]);
      await rename(`before ${control} after`);
      expect(ledger.leaksIn(await bench().dump())).toEqual([expect.stringMatching(/^control mrg_/)]);
      await rename('nothing');
    },
    90_000,
  );

  row(
    {
      id: 'X2',
      level: 'MUST',
      source: 'RFC 6819 §5.1.6, OWASP ASVS 5.0 §16.2.5',
      rule: 'Nothing of that is in the logs either, at their most verbose, and no query of any address.',
    },
    async () => {
      await fillLedger();
      const { base, ledger } = bench();
      const { client, browser } = await start();
      const state = `state-${randomBytes(16).toString('hex')}`;
      const code = await client.code(browser, { state });
      const tokens = tokensOf(await client.redeem(code));
      const query = new URLSearchParams({ code, state, access_token: tokens.access_token }).toString();
      // Secrets where they do not belong, and requests that fail.
      for (const path of [
        '/mcp',
        '/login',
        '/consent',
        '/oauth/authorize',
        '/callback',
        '/account/keys',
        '/.well-known/x',
      ]) {
        await fetch(`${base}${path}?${query}`, { redirect: 'manual' });
        await fetch(`${base}${path}/${tokens.access_token}?${query}`, {
          method: 'POST',
          body: query,
          redirect: 'manual',
        });
      }
      await callMcp(base, { authorization: `Basic ${tokens.access_token}` }, `?${query}`);
      await callMcp(base, { ...bearer(`${tokens.access_token}x`), 'x-request-id': tokens.refresh_token });
      await fetch(`${base}/oauth/token?${query}`, { method: 'POST', body: `{"code":"${code}"` });
      await client.redeem(`${code}\0`);
      await client.refresh(tokens.refresh_token, { scope: `mcp ${tokens.refresh_token}` });
      await failWhileAsked(bench(), client, tokens.refresh_token);
      const logs = bench().logs();
      const queries = (text: string) =>
        /[?&](code|state|iss|access_token|[a-z_]*secret|[a-z_]*token)=[^&\s]+/.exec(text)?.[0];
      expect(logs).toMatch(/GET \/oauth\/authorize 303/);
      expect(logs).toMatch(/POST \/oauth\/token 500/);
      expect(ledger.leaksIn(logs)).toEqual([]);
      expect(logs).not.toContain(state);
      expect(queries(logs)).toBeUndefined();
      // Both would be found.
      expect(ledger.leaksIn(`${logs}\nGET /callback/${tokens.access_token}`)).toHaveLength(1);
      expect(queries(`${logs}\nGET /callback?state=${state} 200`)).toBe(`?state=${state}`);
    },
    90_000,
  );
}

const pathOf = (address = ''): string => {
  const { pathname, search } = new URL(address);
  return `${pathname}${search}`;
};

/** Revocations of which no event tells: by hand in the database, and while the replicas do not hear each other. */
async function expectBoundWithoutEvents(bench: Bench, client: TestClient): Promise<void> {
  const { base: a, secondReplica: b } = bench;
  const browser = new Browser(a);
  const silently = await client.connect(browser);
  const { grantId } = await familyOf(bench, silently.refresh_token);
  expect(await statusOf(b, silently)).toBe(200);
  await bench.sql('UPDATE oauth_grants SET revoked_at = now() WHERE id = $1', [grantId]);
  await expectWithin(BELIEF_LIMIT_MS, 401, () => statusOf(b, silently));

  const unheard = await client.connect(browser);
  for (const replica of [a, b]) expect(await statusOf(replica, unheard)).toBe(200);
  const cut = await bench.sql(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'modelrunner events'`,
  );
  expect(cut.length).toBeGreaterThanOrEqual(2);
  await client.revoke({ token: unheard.refresh_token });
  expect(await statusOf(a, unheard)).toBe(401);
  await expectWithin(BELIEF_LIMIT_MS, 401, () => statusOf(b, unheard));

  // And they hear each other again.
  await expectWithin(30_000, 200, async () => (await fetch(`${b}/readyz`)).status);
  const heard = await client.connect(browser);
  expect(await statusOf(b, heard)).toBe(200);
  await client.revoke({ token: heard.refresh_token });
  await expectWithin(1_000, 401, () => statusOf(b, heard));
}

/** A refresh that meets an error of the database: the longest thing that is ever logged. */
async function failWhileAsked(bench: Bench, client: TestClient, refreshToken: string): Promise<void> {
  await bench.sql('ALTER TABLE oauth_access_tokens RENAME TO oauth_access_tokens_away');
  try {
    expect(refusalOf(await client.refresh(refreshToken))).toBe('500 server_error');
  } finally {
    await bench.sql('ALTER TABLE oauth_access_tokens_away RENAME TO oauth_access_tokens');
  }
}
