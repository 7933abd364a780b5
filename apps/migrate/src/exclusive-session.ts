import { Client } from 'pg';
import { MigrateError } from './migrate-error.js';

/** Any number that nothing else on the database uses as an advisory lock. */
const LOCK_ID = 4_207_381_295;
const CONNECT_PATIENCE_MS = 10_000;
/** Another replica may be migrating a large table. */
const LOCK_PATIENCE = '10min';
/** 14: `gen_random_uuid` and what BullMQ's store needs are there since 13; older ones are no longer maintained. */
const OLDEST_SERVER = 140_000;

/**
 * Runs the work while holding a lock on the whole database, so that replicas that are deployed together do not
 * migrate at the same time. The lock ends with the connection, whatever happens to this process.
 */
export async function exclusively<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await connect(url);
  try {
    const { rows } = await client.query<{ server_version_num: string }>('SHOW server_version_num');
    const version = Number(rows[0]?.server_version_num);
    if (version < OLDEST_SERVER) {
      throw new MigrateError(
        `PostgreSQL 14 or later is needed; DATABASE_URL leads to ${Math.floor(version / 10_000)}.`,
      );
    }
    await client.query(`SET lock_timeout = '${LOCK_PATIENCE}'`);
    await client.query('SELECT pg_advisory_lock($1)', [LOCK_ID]);
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A server that was started at the same moment may need a while: refused connections are tried again. */
async function connect(url: string): Promise<Client> {
  const deadline = performance.now() + CONNECT_PATIENCE_MS;
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, keepAlive: true });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const { code = '', message } = error as NodeJS.ErrnoException;
      // 57P03: the server is starting up.
      const isStarting = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', '57P03'].includes(code);
      if (isStarting && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        continue;
      }
      const { host } = new URL(url);
      throw new MigrateError(
        `The database at ${host} cannot be used (${message || code}). Check DATABASE_URL.`,
      );
    }
  }
}
