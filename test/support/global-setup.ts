import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';

declare global {
  // Jest hands nothing from set-up to teardown but the global object.
  var testPostgres: EmbeddedPostgres | undefined;
}

/**
 * One real PostgreSQL for the whole run; each suite makes its own database on it (`createTestDatabase`).
 * `TEST_DATABASE_URL` in the environment names another server to use instead.
 */
export default async function globalSetup(): Promise<void> {
  if (process.env.TEST_DATABASE_URL) return;
  const dataDir = await mkdtemp(join(tmpdir(), 'modelrunner-test-'));
  globalThis.testPostgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  process.env.TEST_DATABASE_URL = globalThis.testPostgres.url;
}
