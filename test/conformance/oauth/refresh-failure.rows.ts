import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { Browser, type JsonAnswer, TestClient } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { RefreshLoad } from './refresh-load.js';
import { row } from './row.js';
import { at, familyOf, refusalOf, somebody, statusOf, tokensOf } from './token-requests.js';

/** Row F12, and refreshes under load: what is left when a rotation is cut off, and when hundreds meet. */
export function refreshFailureRows(bench: () => Bench): void {
  row(
    {
      id: 'F12',
      level: 'policy',
      source: 'MCP clients sign in anew when a refresh token is lost',
      rule: 'A rotation happens whole or not at all: when its database connection or the server dies in the middle, the old refresh token is as good as before and no row of the new ones is left.',
    },
    async () => {
      const { base } = bench();
      const client = await TestClient.register(base);
      const browser = new Browser(base);
      const cuts: Record<string, (holder: Holder, pid: number) => Promise<unknown>> = {
        'the connection dies': (holder, pid) => holder.query('SELECT pg_terminate_backend($1)', [pid]),
        'the server is killed': () => Promise.resolve(),
      };
      for (const [cut, end] of Object.entries(cuts)) {
        for (const lock of LOCKS) {
          const tokens = await client.connect(browser);
          const before = await familyOf(bench(), tokens.refresh_token);
          const server =
            cut === 'the server is killed' ? await bench().startServer({ PUBLIC_URL: base }) : undefined;
          const holder = await Holder.connect(bench().databaseUrl);
          await holder.hold(lock, before.grantId);
          const answer = at(server?.url ?? base, client)
            .refresh(tokens.refresh_token)
            .catch(() => undefined);
          const pid = await holder.waitingPid();
          await end(holder, pid);
          await server?.stop('SIGKILL');
          expectFailure(cut, await answer);
          await holder.release();
          await holder.gone(pid);
          const after = await familyOf(bench(), tokens.refresh_token);
          expect({ cut, lock: lock.name, after }).toEqual({ cut, lock: lock.name, after: before });
          const next = tokensOf(await client.refresh(tokens.refresh_token));
          expect(await statusOf(base, next)).toBe(200);
        }
      }
    },
    120_000,
  );

  it('hundreds of refreshes and revocations at once on two replicas: no error, no deadlock, no session lost', async () => {
    const load = new RefreshLoad(bench());
    const deadlocksBefore = await deadlocks(bench());
    await load.connect(20);
    await load.run(2_500);
    await load.expectConsistent();
    // Backends report what they count within a second of going idle.
    await delay(1_500);
    expect(await deadlocks(bench())).toBe(deadlocksBefore);
    expect(bench().logs()).not.toMatch(/deadlock detected|40P01|could not serialize/);
  }, 60_000);

  it('a user or a client that is deleted in the middle of an exchange waits for it, and is not waited for', async () => {
    const { base, secondReplica, databaseUrl } = bench();
    const deadlocksBefore = await deadlocks(bench());
    const deletions = {
      user: 'DELETE FROM users WHERE id = (SELECT user_id FROM oauth_grants WHERE id = $1)',
      client: 'DELETE FROM oauth_clients WHERE id = (SELECT client_id FROM oauth_grants WHERE id = $1)',
    };
    for (const [what, deletion] of Object.entries(deletions)) {
      for (const exchange of ['code', 'refresh'] as const) {
        const client = await TestClient.register(base);
        const code = await client.code(await somebody(bench(), `${what}-${exchange}`));
        const tokens = exchange === 'refresh' ? tokensOf(await client.redeem(code)) : undefined;
        const [grant] = await bench().sql<{ id: string }>(
          `SELECT g.id FROM oauth_grants g JOIN oauth_clients c ON c.id = g.client_id WHERE c.client_id = $1`,
          [client.clientId],
        );
        await bench().sql('UPDATE oauth_clients SET last_used_at = NULL WHERE client_id = $1', [
          client.clientId,
        ]);
        const holder = await Holder.connect(databaseUrl);
        await holder.hold(LOCKS[1] as Lock, '');
        const answer = tokens ? client.refresh(tokens.refresh_token) : client.redeem(code);
        await holder.waitingPid();
        const deleted = bench().sql(deletion, [grant?.id]);
        await delay(200);
        await holder.release();
        await holder.close();
        await deleted;
        const issued = tokensOf(await answer);
        expect({ what, exchange, status: await statusOf(secondReplica, issued) }).toEqual({
          what,
          exchange,
          status: 401,
        });
        const after = await client.refresh(issued.refresh_token);
        expect(refusalOf(after)).toBe(what === 'user' ? '400 invalid_grant' : '401 invalid_client');
      }
    }
    await delay(1_500);
    expect(await deadlocks(bench())).toBe(deadlocksBefore);
  }, 60_000);
}

interface Lock {
  name: string;
  sql: string;
  values: (grantId: string) => string[];
}

/** Where the rotation is stopped: before it wrote anything, and when the new refresh token is written already. */
const LOCKS: Lock[] = [
  { name: 'at the grant', sql: 'SELECT FROM oauth_grants WHERE id = $1 FOR UPDATE', values: (id) => [id] },
  { name: 'at the access token', sql: 'LOCK TABLE oauth_access_tokens IN SHARE MODE', values: () => [] },
];

/** A transaction of the test that others have to wait for. */
class Holder {
  private constructor(private readonly client: Client) {}

  static async connect(connectionString: string): Promise<Holder> {
    const client = new Client({ connectionString });
    await client.connect();
    return new Holder(client);
  }

  async hold(lock: Lock, grantId: string): Promise<void> {
    await this.client.query('BEGIN');
    await this.client.query(lock.sql, lock.values(grantId));
  }

  async query(sql: string, values: unknown[]): Promise<void> {
    await this.client.query(sql, values);
  }

  /** The process of PostgreSQL that waits for this transaction. */
  async waitingPid(): Promise<number> {
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; await delay(20)) {
      // In a transaction the processes are those of its first look, unless told otherwise.
      await this.client.query('SELECT pg_stat_clear_snapshot()');
      const { rows } = await this.client.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity
         WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid)) AND query !~* '^\\s*delete'`,
      );
      if (rows[0]) return rows[0].pid;
    }
    throw new Error('nobody waits: the rotation did not come to this lock');
  }

  async release(): Promise<void> {
    await this.client.query('ROLLBACK');
  }

  /** Waits until that process ended, and with it what it had begun. */
  async gone(pid: number): Promise<void> {
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; await delay(20)) {
      const { rowCount } = await this.client.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
      if (rowCount === 0) return this.close();
    }
    throw new Error('the process is still there');
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

/** The client is told nothing of the inside, or nothing at all. */
function expectFailure(cut: string, answer: JsonAnswer | undefined): void {
  if (cut === 'the server is killed') return expect(answer).toBeUndefined();
  expect(answer?.status).toBe(500);
  expect(answer?.body).toEqual({
    error: 'server_error',
    error_description: 'Something went wrong on the server.',
  });
}

async function deadlocks(bench: Bench): Promise<number> {
  const [row] = await bench.sql<{ deadlocks: string }>(
    'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(row?.deadlocks);
}
