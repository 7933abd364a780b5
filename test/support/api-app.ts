import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConsoleLogger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '#libs/config';
import { migrateQueueStore } from '#libs/queue';
import { createApi } from '../../apps/api/src/create-api.js';
import { freePort } from './free-port.js';
import { NO_LIMITS } from './oauth-server.js';
import { createTestDatabase } from './test-database.js';

export interface ApiApp {
  app: NestFastifyApplication;
  base: string;
  /** `GET /admin/users/:id`: every route that Fastify has, of whichever lib. */
  routes: string[];
  close(): Promise<void>;
}

/** The api as it ships, in this process, on a database of its own without accounts or catalogue. */
export async function startApiApp(): Promise<ApiApp> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'modelrunner-api-'));
  const port = await freePort();
  const config = loadConfig({
    NODE_ENV: 'test',
    PORT: String(port),
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    SECRET_KEY: 'a key for tests, of at least 32 characters',
    ...NO_LIMITS,
  });
  await migrateQueueStore(config);
  const app = await createApi(config, new ConsoleLogger({ logLevels: ['error', 'fatal'] }));
  const routes: string[] = [];
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', ({ method, url }) => {
    routes.push(...[method].flat().map((each) => `${each} ${url}`));
  });
  await app.listen(port, '127.0.0.1');
  return {
    app,
    base: config.issuer,
    routes,
    async close() {
      await app.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
