import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { AccountsModule, UsersService } from '#libs/accounts';
import { ConfigModule, loadConfig } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { EngineRegistry } from '#libs/engines';
import { InferenceJobsModule, InferenceModule } from '#libs/inference';
import { createLogger } from '#libs/lifecycle';
import { QueueModule } from '#libs/queue';
import pg from 'pg';

/** The model of the benchmarks: it takes a text and no file, so that nothing but the platform is measured. */
export const ENDPOINT = 'bench/echo';

const SCHEMA = {
  type: 'object',
  properties: { text: { type: 'string', maxLength: 1_000 }, count: { type: 'integer', default: 1 } },
  required: ['text'],
  additionalProperties: false,
};

/** The services of the api, without HTTP. */
export const startApi = () => start([InferenceModule, AccountsModule], 'api');

/** What runs requests, with an engine of the benchmark for every model. */
export async function startWorker(engine) {
  const app = await start([InferenceJobsModule], 'worker');
  app.get(EngineRegistry, { strict: false }).get = () => engine;
  return app;
}

async function start(modules, name) {
  const config = loadConfig();
  class Composition {}
  const imports = [ConfigModule.forRoot(config), DatabaseModule.forRoot(), QueueModule.forRoot(), ...modules];
  return NestFactory.createApplicationContext(
    { module: Composition, imports },
    { logger: createLogger(config, name) },
  );
}

export async function createActor(app) {
  const email = `${randomUUID()}@example.org`;
  const users = app.get(UsersService, { strict: false });
  const { id } = await users.create({ email, password: randomUUID(), role: 'user' });
  return { userId: id, email, role: 'user', clientId: null };
}

export async function openClient() {
  const client = new pg.Client({ connectionString: loadConfig().DATABASE_URL });
  await client.connect();
  return client;
}

/** Removes what earlier benchmarks left of requests, and publishes the model. */
export async function prepareModel(client) {
  await client.query('TRUNCATE inference_requests, inference_turns CASCADE');
  await client.query(
    `WITH entry AS (
       INSERT INTO catalog_entries (id, kind, owner, alias, name, category, task, summary, description,
         input_schema, examples, visibility, status)
       VALUES (gen_random_uuid(), 'model', 'bench', 'echo', 'echo', 'utility', 'echo', 's', 'd', $1, '[]', 'public',
         'published')
       ON CONFLICT DO NOTHING RETURNING id
     )
     INSERT INTO models (id, output_schema, price_unit, price_amount, typical_seconds, engine, engine_settings)
     SELECT id, '{"type": "object"}', 'request', '0.0040', 2, 'bench', '{}' FROM entry`,
    [SCHEMA],
  );
}

/** Ends the program with its result, whatever still has a timer or a connection. */
export function finish(result) {
  process.stdout.write(JSON.stringify(result), () => process.exit(0));
}
