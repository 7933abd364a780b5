import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleLogger, type INestApplicationContext, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Redis } from 'ioredis';
import { DataSource } from 'typeorm';
import { AccountsModule, type Actor, UsersService } from '#libs/accounts';
import { ConfigModule, loadConfig } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { type Engine, type EngineCallbacks, type EngineJob, EngineRegistry, OutputFile } from '#libs/engines';
import { AppError } from '#libs/errors';
import { FilesService } from '#libs/files';
import { InferenceHttpModule, InferenceJobsModule, InferenceModule } from '#libs/inference';
import { migrateQueueStore, QueueModule } from '#libs/queue';
import { isOnRedis } from './queue-store.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

/** What the test engine does with a job, chosen by the input's `behaviour`. */
const BEHAVIOURS = ['digest', 'refuse', 'throw', 'hang', 'progress', 'ill-formed', 'deaf'] as const;

/**
 * A real engine for the tests: it digests its input file into a file of its own. The other behaviours are ways in
 * which an engine can go wrong.
 */
export class DigestEngine implements Engine {
  readonly name = 'digest';
  readonly localFiles = true;
  readonly settingsSchema = {};
  readonly jobs: EngineJob[] = [];
  /** Requests whose run is over, one way or the other. */
  readonly ended = new Set<string>();

  async run(job: EngineJob, callbacks: EngineCallbacks): Promise<Record<string, unknown>> {
    this.jobs.push(job);
    try {
      return await this.digest(job, callbacks);
    } finally {
      this.ended.add(job.requestId);
    }
  }

  private async digest(job: EngineJob, callbacks: EngineCallbacks): Promise<Record<string, unknown>> {
    const url = String(job.input.file);
    const file = job.files.get(url);
    if (!file) throw new Error(`no local copy of ${url}`);
    const digest = createHash('sha256')
      .update(await readFile(file.path))
      .digest('hex');
    await misbehave(String(job.input.behaviour), callbacks);
    const path = join(job.workDir, 'digest.txt');
    await writeFile(path, digest);
    if (job.input.behaviour === 'ill-formed')
      return { digest: 1, report: new OutputFile(path, 'text/plain', 'd.txt') };
    return { digest, report: new OutputFile(path, 'text/plain', 'digest.txt') };
  }
}

async function misbehave(behaviour: string, callbacks: EngineCallbacks): Promise<void> {
  const { signal } = callbacks;
  if (behaviour === 'refuse') throw new AppError('invalid_file', 'The file is not what this model takes.');
  if (behaviour === 'throw') throw new Error('secret cause at 10.0.0.7');
  if (behaviour === 'hang') await sleep(60_000, undefined, { signal });
  if (behaviour === 'deaf') await sleep(60_000, undefined, { ref: false });
  if (behaviour === 'progress') {
    for (let percent = 10; percent <= 100; percent += 10) {
      callbacks.onProgress({ percent, step: 'digesting' });
      await sleep(100, undefined, { signal });
    }
  }
}

const INPUT_SCHEMA = {
  type: 'object',
  properties: {
    file: { type: 'string', format: 'uri', contentMediaType: 'text/plain' },
    behaviour: { type: 'string', enum: BEHAVIOURS, default: 'digest' },
  },
  required: ['file'],
  additionalProperties: false,
};
const OUTPUT_SCHEMA = {
  type: 'object',
  properties: { digest: { type: 'string' }, report: { type: 'string', format: 'uri' } },
  required: ['digest', 'report'],
};

/** A database, settings and the users of one suite. Processes are started on it with {@link startWorker}. */
export interface InferenceBench {
  database: TestDatabase;
  env: Record<string, string>;
  drop(): Promise<void>;
}

/** @param settings beside those of every suite */
export async function createBench(settings: Record<string, string> = {}): Promise<InferenceBench> {
  const database = await createTestDatabase();
  const dir = await mkdtemp(join(tmpdir(), 'inference-spec-'));
  // On Redis each Jest process has a database of its own there, so that no suite takes another's jobs.
  const redis = isOnRedis ? process.env.TEST_REDIS_URL : undefined;
  if (isOnRedis && !redis) throw new Error('This run is for Redis, and there is none.');
  const env = {
    DATABASE_URL: database.url,
    DATA_DIR: dir,
    TEMP_DIR: join(dir, 'tmp'),
    ENGINE_TIMEOUT_SECONDS: '30',
    // The suites submit the same thing again and again, and mean it.
    DEDUPLICATE_SECONDS: '0',
    ...settings,
    ...(redis && { REDIS_URL: `${redis}/${process.env.JEST_WORKER_ID ?? '0'}` }),
  };
  // A suite before this one in the same process has left its entries.
  if (redis) await emptyRedis(env.REDIS_URL ?? '');
  await migrateQueueStore(loadConfig(env));
  const drop = async () => {
    await database.drop();
    await rm(dir, { recursive: true, force: true });
  };
  return { database, env, drop };
}

async function emptyRedis(url: string): Promise<void> {
  const connection = new Redis(url);
  await connection.flushdb();
  await connection.quit();
}

/** Services only, as in the api. */
export function startApi({ env }: InferenceBench): Promise<INestApplicationContext> {
  return start(env, [InferenceModule, InferenceHttpModule, AccountsModule], null);
}

/** With what runs requests, as in the worker. */
export function startWorker({ env }: InferenceBench, engine: Engine): Promise<INestApplicationContext> {
  return start(env, [InferenceJobsModule], engine);
}

async function start(
  env: Record<string, string>,
  modules: Type[],
  engine: Engine | null,
): Promise<INestApplicationContext> {
  const builder = Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(loadConfig(env)),
      DatabaseModule.forRoot(),
      QueueModule.forRoot(),
      ...modules,
    ],
  });
  builder.setLogger(new ConsoleLogger({ logLevels: ['fatal'] }));
  if (engine) builder.overrideProvider(EngineRegistry).useValue({ get: () => engine, all: [engine] });
  const app = await builder.compile();
  app.enableShutdownHooks([]);
  return app.init();
}

export async function createActor(app: INestApplicationContext): Promise<Actor> {
  const email = `${randomUUID()}@example.org`;
  const users = app.get(UsersService, { strict: false });
  const user = await users.create({ email, password: 'correct horse', role: 'user' });
  return { userId: user.id, email, role: 'user', clientId: null };
}

/** A published model `tests/<alias>` on the test engine. */
export async function createModel(app: INestApplicationContext, alias: string): Promise<string> {
  const id = randomUUID();
  const database = app.get(DataSource);
  await database.query(
    `INSERT INTO catalog_entries (id, kind, owner, alias, name, category, task, summary, description, input_schema,
       examples, visibility, status)
     VALUES ($1, 'model', 'tests', $2, $2, 'utility', 'digest', 's', 'd', $3, '[]', 'public', 'published')`,
    [id, alias, INPUT_SCHEMA],
  );
  await database.query(
    `INSERT INTO models (id, output_schema, price_unit, price_amount, typical_seconds, engine, engine_settings)
     VALUES ($1, $2, 'output', '0.0040', 2, 'digest', '{}')`,
    [id, OUTPUT_SCHEMA],
  );
  return `tests/${alias}`;
}

/** Stores a text and returns its URL on this server. */
export async function storeText(app: INestApplicationContext, actor: Actor, text: string): Promise<string> {
  const files = app.get(FilesService, { strict: false });
  const file = await files.store(actor, Readable.from([Buffer.from(text)]), {
    fileName: 'input.txt',
    contentType: 'text/plain',
  });
  return file.url;
}

/** Waits until the condition gives something, by polling. */
export async function eventually<Value>(
  condition: () => Promise<Value | null | undefined | false>,
  seconds = 20,
): Promise<Value> {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`did not happen within ${seconds} s: ${condition.toString()}`);
    await sleep(50);
  }
}
