import { randomUUID } from 'node:crypto';
import { ConsoleLogger, type DynamicModule, Module, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import {
  AccountsHttpModule,
  type Actor,
  ApiKeysService,
  registerWebSession,
  UsersService,
} from '#libs/accounts';
import { ConfigModule, loadConfig } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { createHttpApp, HttpModule } from '#libs/http';
import { migrateQueueStore, QueueModule } from '#libs/queue';
import { freePort } from '../../../test/support/free-port.js';
import { createTestDatabase } from '../../../test/support/test-database.js';
import { CatalogHttpModule } from '../src/index.js';

/** Migrations and a whole application: seconds on a busy machine. */
export const START_LIMIT_MS = 60_000;

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface CallOptions {
  /** Null: none. Left out: the administrator's. */
  key?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
}

/** The admin REST of the catalogue as the api wires it, on a database of its own, with a key for each role. */
export class CatalogApp {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly base: string,
    readonly keys: Record<Actor['role'], string>,
    /** Of the administrator. */
    readonly adminId: string,
    private readonly drop: () => Promise<void>,
  ) {}

  /** @param extras modules beside it */
  static async start(extras: (Type | DynamicModule)[] = []): Promise<CatalogApp> {
    const database = await createTestDatabase();
    const port = await freePort();
    const config = loadConfig({
      NODE_ENV: 'test',
      PORT: String(port),
      DATABASE_URL: database.url,
      SECRET_KEY: 'a key for tests, of at least 32 characters',
    });
    await migrateQueueStore(config);

    @Module({
      imports: [
        ConfigModule.forRoot(config),
        DatabaseModule.forRoot(),
        QueueModule.forRoot(),
        HttpModule,
        AccountsHttpModule,
        CatalogHttpModule,
        ...extras,
      ],
    })
    class TestModule {}

    const app = await createHttpApp(TestModule, config, new ConsoleLogger({ logLevels: ['error', 'fatal'] }));
    await registerWebSession(app);
    await app.listen(port, '127.0.0.1');
    const admin = await actorWith(app, 'admin');
    const keyOf = async (actor: Actor) =>
      (await app.get(ApiKeysService).create(actor, { name: 'test', role: actor.role })).key;
    const keys = {
      admin: await keyOf(admin),
      curator: await keyOf(await actorWith(app, 'curator')),
      user: await keyOf(await actorWith(app, 'user')),
    };
    const drop = async () => {
      await app.close();
      await database.drop();
    };
    const base = `http://127.0.0.1:${port}`;
    return new CatalogApp(app, base, keys, admin.userId, drop);
  }

  close(): Promise<void> {
    return this.drop();
  }

  get dataSource(): DataSource {
    return this.app.get(DataSource);
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const { key = this.keys.admin, body, headers } = options;
    const response = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        ...(key !== null && { authorization: `Key ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text ? JSON.parse(text) : {}) as Record<string, unknown>,
    };
  }
}

async function actorWith(app: NestFastifyApplication, role: Actor['role']): Promise<Actor> {
  const email = `${role}-${randomUUID()}@example.org`;
  const user = await app.get(UsersService).create({ email, password: 'a password for tests', role });
  return { userId: user.id, email, role, clientId: null };
}

export const details = ({ body }: Answer) => (body.details ?? {}) as Record<string, unknown>;

/** `path: message` of every problem. */
export const problems = (answer: Answer): string[] =>
  ((details(answer).validationErrors ?? []) as { path: string; message: string }[]).map(
    ({ path, message }) => `${path}: ${message}`,
  );
