import { type DynamicModule, Module } from '@nestjs/common';
import { AccountsHttpModule } from '#libs/accounts';
import { CatalogHttpModule } from '#libs/catalog';
import { ConfigModule, type AppConfig } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { FilesHttpModule } from '#libs/files';
import { HttpModule } from '#libs/http';
import { McpHttpModule } from '#libs/mcp';
import { OAuthHttpModule } from '#libs/oauth';
import { QueueModule } from '#libs/queue';

@Module({})
class ApiModule {}

/** The HTTP process: every feature's HTTP edge, and none of the job processors. */
export function apiModule(config: AppConfig): DynamicModule {
  return {
    module: ApiModule,
    imports: [
      ConfigModule.forRoot(config),
      DatabaseModule.forRoot(),
      QueueModule.forRoot(),
      HttpModule,
      AccountsHttpModule,
      OAuthHttpModule,
      CatalogHttpModule,
      FilesHttpModule,
      McpHttpModule,
    ],
  };
}
