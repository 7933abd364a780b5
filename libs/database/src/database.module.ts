import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { APP_CONFIG, type AppConfig, ConfigError } from '#libs/config';
import { PreparedQueries } from './prepared-queries.js';
import { Transactions } from './transactions.js';

/**
 * The connection to PostgreSQL. It knows no entity: each feature registers its own with `forFeature`, and the
 * schema belongs to `apps/migrate` alone (`synchronize` is off everywhere).
 */
@Global()
@Module({})
export class DatabaseModule {
  static forRoot(): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [APP_CONFIG],
          useFactory: (config: AppConfig) => ({
            type: 'postgres' as const,
            url: requireUrl(config),
            autoLoadEntities: true,
            synchronize: false,
            installExtensions: false,
            poolSize: config.DATABASE_POOL,
            connectTimeoutMS: 5_000,
            retryAttempts: 2,
            retryDelay: 500,
            extra: { statement_timeout: 30_000, idle_in_transaction_session_timeout: 60_000 },
          }),
        }),
      ],
      providers: [PreparedQueries, Transactions],
      exports: [PreparedQueries, Transactions],
    };
  }
}

/** Without an address the driver would try whatever PostgreSQL this machine happens to run. */
function requireUrl({ DATABASE_URL }: AppConfig): string {
  if (DATABASE_URL !== undefined) return DATABASE_URL;
  throw new ConfigError('DATABASE_URL is not set. (npm start runs an embedded database by itself.)');
}
