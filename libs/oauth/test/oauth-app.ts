import {
  ConsoleLogger,
  Controller,
  type DynamicModule,
  HttpCode,
  Module,
  Post,
  UseGuards,
} from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import {
  AccountsHttpModule,
  type Actor,
  CurrentActor,
  registerWebSession,
  UsersService,
} from '#libs/accounts';
import { type AppConfig, ConfigModule, loadConfig } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { createHttpApp, HttpModule } from '#libs/http';
import { migrateQueueStore, QueueModule } from '#libs/queue';
import { USER } from '../../../test/support/oauth-client.js';
import { freePort } from '../../../test/support/free-port.js';
import { createTestDatabase } from '../../../test/support/test-database.js';
import { McpBearerGuard, OAuthHttpModule, OAuthModule, registerOAuth } from '../src/index.js';

/** Stands where the MCP controller stands in the real server: it answers who called. */
@Controller('mcp')
@UseGuards(McpBearerGuard)
class WhoAmIController {
  @Post()
  @HttpCode(200)
  whoAmI(@CurrentActor() actor: Actor): Actor {
    return actor;
  }
}

export interface OAuthApp {
  app: NestFastifyApplication;
  config: AppConfig;
  /** Where it listens; the same as `base` unless `PUBLIC_URL` says otherwise. */
  listens: string;
  /** Issuer and origin. */
  base: string;
  dataSource: DataSource;
  close(): Promise<void>;
}

/** Migrations and a whole application: seconds on a busy machine. */
export const START_LIMIT_MS = 60_000;

/**
 * The authorization server as the api wires it, on a database of its own, listening on a free port. `USER` has an account.
 * @param extras modules beside the api's
 */
export async function startOAuthApp(
  environment: NodeJS.ProcessEnv = {},
  extras: DynamicModule[] = [],
): Promise<OAuthApp> {
  const database = await createTestDatabase();
  const port = await freePort();
  const config = loadConfig({
    NODE_ENV: 'test',
    PORT: String(port),
    DATABASE_URL: database.url,
    SECRET_KEY: 'a key for tests, of at least 32 characters',
    ...environment,
  });
  await migrateQueueStore(config);

  @Module({
    imports: [
      ConfigModule.forRoot(config),
      DatabaseModule.forRoot(),
      QueueModule.forRoot(),
      HttpModule,
      AccountsHttpModule,
      OAuthModule,
      OAuthHttpModule,
      ...extras,
    ],
    controllers: [WhoAmIController],
  })
  class TestModule {}

  const app = await createHttpApp(TestModule, config, new ConsoleLogger({ logLevels: ['error', 'fatal'] }));
  await registerWebSession(app);
  await registerOAuth(app);
  await app.listen(port, '127.0.0.1');
  await app.get(UsersService).create({ ...USER, role: 'user' });
  return {
    app,
    config,
    listens: `http://127.0.0.1:${port}`,
    base: config.issuer,
    dataSource: app.get(DataSource),
    async close() {
      await app.close();
      await database.drop();
    },
  };
}
