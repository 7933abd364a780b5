import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  bearer,
  Browser,
  callMcp,
  json,
  type JsonAnswer,
  type TestClient,
  type Tokens,
  USER,
} from '../../support/oauth-client.js';
import type { Bench } from './bench.js';

/** What the rows about tokens share: how to send what `TestClient` does not, and how to look at rows by their token. */

export const FORM = 'application/x-www-form-urlencoded';

/** What `fetch` can send here. */
export type Body = string | Buffer | URLSearchParams;

/** The Authorization header of HTTP Basic, with the parts as they are. */
export const basic = (id: string, secret = ''): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

/** What the server keeps of a secret. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** The tokens of an answer that must be a success. */
export function tokensOf(answer: JsonAnswer): Tokens {
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as unknown as Tokens;
}

/** Status and error code: what a refusal is compared by. */
export const refusalOf = ({ status, body }: JsonAnswer): string => `${status} ${String(body.error)}`;

/** The status that /mcp answers to an access token. */
export async function statusOf(
  base: string,
  { access_token }: Pick<Tokens, 'access_token'>,
): Promise<number> {
  return (await callMcp(base, bearer(access_token))).status;
}

/** The same client, talking to another replica. */
export function at(base: string, client: TestClient): TestClient {
  return Object.assign(Object.create(Object.getPrototypeOf(client) as object) as TestClient, client, {
    base,
  });
}

export async function post(url: string, body: Body, headers: Record<string, string>): Promise<JsonAnswer> {
  return json(await fetch(url, { method: 'POST', body, headers }));
}

/** Lets hours pass for the family of this refresh token: since its exchanges, and for its access tokens. */
export async function age(bench: Bench, refreshToken: string, minutes: number): Promise<void> {
  const family = `(SELECT grant_id FROM oauth_refresh_tokens WHERE token_hash = $1)`;
  const values = [hashOf(refreshToken), minutes];
  await bench.sql(
    `UPDATE oauth_refresh_tokens SET consumed_at = consumed_at - make_interval(mins => $2)
     WHERE grant_id = ${family}`,
    values,
  );
  await bench.sql(
    `UPDATE oauth_access_tokens SET expires_at = expires_at - make_interval(mins => $2) WHERE grant_id = ${family}`,
    values,
  );
}

export interface Family {
  grantId: string;
  revokedReason: string | null;
  /** Types of the audit records about it. */
  audit: string[];
  refreshTokens: number;
  consumed: number;
  superseded: number;
  accessTokens: number;
}

/** What the database knows of the grant that this refresh token belongs to. */
export async function familyOf(bench: Bench, refreshToken: string): Promise<Family> {
  const [family] = await bench.sql<Family>(
    `SELECT g.id AS "grantId", g.revoked_reason AS "revokedReason",
       ARRAY(SELECT type FROM audit_records a WHERE a.grant_id = g.id ORDER BY a.id) AS audit,
       (SELECT count(*)::int FROM oauth_refresh_tokens r WHERE r.grant_id = g.id) AS "refreshTokens",
       (SELECT count(r.consumed_at)::int FROM oauth_refresh_tokens r WHERE r.grant_id = g.id) AS consumed,
       (SELECT count(r.superseded_at)::int FROM oauth_refresh_tokens r WHERE r.grant_id = g.id) AS superseded,
       (SELECT count(*)::int FROM oauth_access_tokens t WHERE t.grant_id = g.id) AS "accessTokens"
     FROM oauth_grants g
     WHERE g.id = (SELECT grant_id FROM oauth_refresh_tokens WHERE token_hash = $1)`,
    [hashOf(refreshToken)],
  );
  if (!family) throw new Error('there is no such family');
  return family;
}

/** Bytes over a socket, for what `fetch` does not send; resolves with everything that came back. */
export function sendRaw(base: string, bytes: string | Buffer, limitMs = 5_000): Promise<string> {
  const { port } = new URL(base);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), 'localhost');
    const finish = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(limitMs, finish);
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.once('close', finish);
    socket.once('error', (error) => (answer ? finish() : reject(error)));
    socket.write(bytes);
  });
}

/** What another replica learns by an event comes within moments, and not at once. Resolves with the time it took. */
export async function expectWithin(
  limitMs: number,
  status: number,
  ask: () => Promise<number>,
): Promise<number> {
  const begin = performance.now();
  let last = await ask();
  while (last !== status && performance.now() - begin < limitMs) {
    await delay(5);
    last = await ask();
  }
  expect(last).toBe(status);
  return performance.now() - begin;
}

/** RFC 6749 §5.2 for every refusal: JSON with these members and no others, never cached. */
export function expectOAuthError(name: string, { headers, body }: JsonAnswer): void {
  expect({ name, members: Object.keys(body).sort() }).toEqual({
    name,
    members: ['error', 'error_description'],
  });
  expect(headers.get('content-type')).toMatch(/^application\/json/);
  expect(headers.get('cache-control')).toBe('no-store');
  // §5.2: printable ASCII without quotes and backslash.
  expect(body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
}

/** A browser in which a new account is signed in; it has the password of USER. */
export async function somebody(bench: Bench, name: string): Promise<Browser> {
  const email = `${name}@example.org`;
  await bench.sql(
    'INSERT INTO users (email, password_hash, role) SELECT $1, password_hash, role FROM users WHERE email = $2',
    [email, USER.email],
  );
  const browser = new Browser(bench.base);
  await browser.signIn({ ...USER, email });
  return browser;
}
