import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../dist/apps/standalone/src/embedded-postgres.js';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

export const ADMIN = { email: 'bench@example.org', password: randomBytes(12).toString('base64url') };

/**
 * A migrated database of its own: on the server that TEST_DATABASE_URL or DATABASE_URL names, else on an embedded one.
 *
 * @returns `environment`, with which every process of the platform runs on it, `version` of the server, and `close`
 */
export async function openDatabase() {
  const dataDir = await mkdtemp(join(tmpdir(), 'modelrunner-bench-'));
  const given = process.env.TEST_DATABASE_URL || process.env.DATABASE_URL;
  const embedded = given ? undefined : await startEmbeddedPostgres({ dataDir });
  const server = given ?? embedded.url;
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await query(server, `CREATE DATABASE ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  const environment = {
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    DATABASE_URL: url,
    DATA_DIR: dataDir,
    SECRET_KEY: randomBytes(32).toString('base64url'),
    REDIS_URL: '',
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
  };
  await run(process.execPath, [join(ROOT, 'dist/apps/migrate/src/main.js')], {
    env: { ...process.env, ...environment },
  });
  const [{ version }] = await query(url, `SELECT current_setting('server_version') AS version`);
  return {
    url,
    version,
    environment,
    async close() {
      await query(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await embedded?.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function query(url, text) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
