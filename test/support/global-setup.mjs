import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Jest loads this file without its own resolver, so it takes the built module (`npm test` builds first).
import { startEmbeddedPostgres } from '../../dist/apps/standalone/src/embedded-postgres.js';

/**
 * One real PostgreSQL for the whole run; each suite makes its own database on it (`createTestDatabase`).
 * `TEST_DATABASE_URL` in the environment names another server to use instead.
 */
export default async function globalSetup() {
  // Jest calls this once for each project; the first call serves all.
  if (process.env.TEST_DATABASE_URL) return;
  const dataDir = await mkdtemp(join(tmpdir(), 'modelrunner-test-'));
  globalThis.testPostgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  globalThis.testPostgresDir = dataDir;
  process.env.TEST_DATABASE_URL = globalThis.testPostgres.url;
}
