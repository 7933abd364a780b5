import { rm } from 'node:fs/promises';

export default async function globalTeardown() {
  await globalThis.testPostgres?.stop();
  globalThis.testPostgres = undefined;
  if (globalThis.testPostgresDir) await rm(globalThis.testPostgresDir, { recursive: true, force: true });
}
