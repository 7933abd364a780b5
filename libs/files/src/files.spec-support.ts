import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConsoleLogger, type DynamicModule, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Actor, ApiKeysService, UsersService } from '#libs/accounts';
import { type AppConfig, ConfigModule, loadConfig } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import type { AppError } from '#libs/errors';
import { createHttpApp, HttpModule } from '#libs/http';
import { migrateQueueStore, QueueModule } from '#libs/queue';
import { freePort } from '../../../test/support/free-port.js';
import { createTestDatabase } from '../../../test/support/test-database.js';
import { FilesHttpModule } from './files-http.module.js';
import { FilesJobsModule } from './files-jobs.module.js';
import { registerUploadRoutes } from './upload/register-upload-routes.js';

/** Errors that a test provokes are no news. */
const logger = new ConsoleLogger({ logLevels: ['fatal'] });

/** The files' HTTP edge, listening, on a database and a data folder of its own. */
export interface FilesBench {
  app: NestFastifyApplication;
  config: AppConfig;
  /** `http://127.0.0.1:<port>`, without a trailing slash. */
  origin: string;
  newActor(): Promise<{ actor: Actor; key: string }>;
  /** A worker on the same database and folder. */
  startWorker(): Promise<INestApplicationContext>;
  /** Every file in the storage's folder, partial ones too. */
  storedPaths(): Promise<string[]>;
  /** The HTTP edge anew, as after a restart of the server; `app` is another one then. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** @param prepare what a test needs of the application before its routes are there */
export async function startFilesBench(
  env: Record<string, string> = {},
  prepare?: (app: NestFastifyApplication) => Promise<void>,
): Promise<FilesBench> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'modelrunner-files-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const config = loadConfig({
    DATABASE_URL: database.url,
    DATABASE_POOL: '4',
    DATA_DIR: dataDir,
    PORT: String(port),
    PUBLIC_URL: origin,
    ALLOW_PRIVATE_URLS: 'true',
    SECRET_KEY: 'x'.repeat(32),
    ...env,
  });
  await migrateQueueStore(config);
  const listen = async () => {
    const app = await createHttpApp(moduleOf(config, HttpModule, FilesHttpModule), config, logger);
    await prepare?.(app);
    registerUploadRoutes(app);
    await app.listen(port, '127.0.0.1');
    return app;
  };
  const workers: INestApplicationContext[] = [];
  let users = 0;
  const bench: FilesBench = {
    app: await listen(),
    config,
    origin,
    async newActor() {
      const email = `user${(users += 1)}@example.com`;
      const user = await bench.app
        .get(UsersService)
        .create({ email, password: 'a long password', role: 'user' });
      const actor: Actor = { userId: user.id, email, role: 'user', clientId: null };
      const { key } = await bench.app.get(ApiKeysService).create(actor, { name: 'test' });
      return { actor, key };
    },
    async startWorker() {
      const worker = await NestFactory.createApplicationContext(moduleOf(config, FilesJobsModule), {
        logger,
      });
      workers.push(worker);
      return worker;
    },
    storedPaths: () => filesBelow(join(dataDir, 'files')),
    async restart() {
      await bench.app.close();
      bench.app = await listen();
    },
    async stop() {
      for (const worker of workers) await worker.close();
      await bench.app.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return bench;
}

/** Bytes without a signature in which a lost, doubled or swapped piece shows. */
export function patternBytes(size: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.alloc(size);
  for (let offset = 0; offset + 4 <= size; offset += 4) bytes.writeUInt32BE(offset, offset);
  return bytes;
}

/** The AppError that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<AppError> {
  return promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error: AppError) => error,
  );
}

function moduleOf(config: AppConfig, ...features: Type[]): DynamicModule {
  class TestModule {}
  const platform = [ConfigModule.forRoot(config), DatabaseModule.forRoot(), QueueModule.forRoot()];
  return { module: TestModule, imports: [...platform, ...features] };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
