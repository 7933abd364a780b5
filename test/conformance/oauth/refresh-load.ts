import { setTimeout as delay } from 'node:timers/promises';
import { Browser, TestClient, type Tokens } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { at, hashOf, refusalOf, statusOf, tokensOf } from './token-requests.js';

/** So many sessions of one family refresh at the same time. */
const SESSIONS = 10;

/** So many families are revoked on the way. */
const REVOKED = 8;

interface LoadedFamily {
  root: Tokens;
  /** The newest tokens of each session. */
  sessions: Tokens[];
  /** When its revocation was asked for, and when that was answered. */
  revocation?: { begun: number; done: number };
}

/** Families whose sessions refresh without pause on two replicas, while some of the families are revoked. */
export class RefreshLoad {
  private readonly families: LoadedFamily[] = [];
  private readonly replicas: TestClient[] = [];
  /** What must not happen, as it happened. */
  private readonly surprises: string[] = [];
  private rotations = 0;

  constructor(private readonly bench: Bench) {}

  async connect(families: number): Promise<void> {
    const { base, secondReplica } = this.bench;
    const client = await TestClient.register(base);
    this.replicas.push(client, at(secondReplica, client));
    const browser = new Browser(base);
    for (let n = 0; n < families; n += 1) {
      const root = await client.connect(browser);
      // Grace allows a token eight children, so the first of eight stands in for the last three sessions.
      const [first, ...seven] = await this.split(root, 8);
      const three = await this.split(first as Tokens, SESSIONS - seven.length);
      this.families.push({ root, sessions: [...seven, ...three] });
    }
  }

  async run(milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    await Promise.all([
      ...this.families.flatMap((family) => family.sessions.map((_, n) => this.session(family, n, end))),
      ...this.families.slice(0, REVOKED).map((family, n) => this.revoke(family, n, milliseconds * 0.8)),
    ]);
  }

  /** Nothing surprising happened, and the rows are what the answers said. */
  async expectConsistent(): Promise<void> {
    expect(this.surprises).toEqual([]);
    expect(this.families.filter((family) => family.revocation)).toHaveLength(REVOKED);
    expect(this.rotations).toBeGreaterThan(this.families.length * SESSIONS * 1.5);
    for (const family of this.families) {
      expect(await this.rowsOf(family)).toEqual({
        reason: family.revocation ? 'client' : null,
        roots: 1,
        superseded: 0,
        spentWithoutChild: 0,
        childOfUnspent: 0,
        childOfOtherFamily: 0,
        tooManyChildren: 0,
        withoutAccessToken: 0,
        // A session of a revoked family may have lost its last answer to the revocation, never more than that.
        living: family.revocation ? (expect.any(Number) as number) : SESSIONS,
      });
      const statuses = await Promise.all(family.sessions.map((tokens) => statusOf(this.bench.base, tokens)));
      expect(new Set(statuses)).toEqual(new Set([family.revocation ? 401 : 200]));
    }
  }

  private async split(tokens: Tokens, ways: number): Promise<Tokens[]> {
    this.rotations += ways;
    const answers = await Promise.all(
      Array.from({ length: ways }, (_, n) => this.replica(n).refresh(tokens.refresh_token)),
    );
    return answers.map(tokensOf);
  }

  private async session(family: LoadedFamily, index: number, end: number): Promise<void> {
    for (let turn = index; performance.now() < end; turn += 1) {
      const tokens = family.sessions[index] as Tokens;
      const begun = performance.now();
      const answer = await this.replica(turn).refresh(tokens.refresh_token);
      if (answer.status !== 200) return this.noteRefusal(family, refusalOf(answer));
      if (family.revocation && family.revocation.done < begun) this.surprises.push('refreshed after the end');
      family.sessions[index] = tokensOf(answer);
      this.rotations += 1;
      if (turn % 5 > 0) continue;
      const status = await statusOf(this.replica(turn + 1).base, family.sessions[index]);
      if (status !== 200)
        return this.noteRefusal(family, status === 401 ? '400 invalid_grant' : `call ${status}`);
    }
  }

  private noteRefusal(family: LoadedFamily, refusal: string): void {
    if (refusal !== '400 invalid_grant') this.surprises.push(refusal);
    else if (!family.revocation) this.surprises.push('refused without a revocation');
  }

  /** Some time on the way, by a token of any session, newest or spent, on any replica. */
  private async revoke(family: LoadedFamily, n: number, withinMs: number): Promise<void> {
    await delay(Math.random() * withinMs);
    const { refresh_token: token } = (n % 2 ? family.root : family.sessions[n % SESSIONS]) as Tokens;
    family.revocation = { begun: performance.now(), done: Infinity };
    const { status } = await this.replica(n >> 1).revoke({ token });
    family.revocation.done = performance.now();
    if (status !== 200) this.surprises.push(`revocation ${status}`);
  }

  private replica(n: number): TestClient {
    return this.replicas[n % 2] as TestClient;
  }

  private async rowsOf({ root }: LoadedFamily): Promise<object | undefined> {
    const [row] = await this.bench.sql<object>(
      `WITH family AS (
         SELECT r.*, p.consumed_at AS parent_consumed_at, p.grant_id AS parent_grant_id,
           (SELECT count(*) FROM oauth_refresh_tokens c WHERE c.parent_id = r.id) AS children,
           (SELECT count(*) FROM oauth_access_tokens t WHERE t.refresh_token_id = r.id) AS access_tokens
         FROM oauth_refresh_tokens r LEFT JOIN oauth_refresh_tokens p ON p.id = r.parent_id
         WHERE r.grant_id = (SELECT grant_id FROM oauth_refresh_tokens WHERE token_hash = $1)
       )
       SELECT (SELECT revoked_reason FROM oauth_grants WHERE id = min(grant_id::text)::uuid) AS reason,
         count(*) FILTER (WHERE parent_id IS NULL)::int AS roots,
         count(superseded_at)::int AS superseded,
         count(*) FILTER (WHERE consumed_at IS NOT NULL AND children = 0)::int AS "spentWithoutChild",
         count(*) FILTER (WHERE parent_id IS NOT NULL AND parent_consumed_at IS NULL)::int AS "childOfUnspent",
         count(*) FILTER (WHERE parent_grant_id <> grant_id)::int AS "childOfOtherFamily",
         count(*) FILTER (WHERE children > 8)::int AS "tooManyChildren",
         count(*) FILTER (WHERE access_tokens <> 1)::int AS "withoutAccessToken",
         count(*) FILTER (WHERE consumed_at IS NULL)::int AS living
       FROM family`,
      [hashOf(root.refresh_token)],
    );
    return row;
  }
}
