import { type DynamicModule, Module } from '@nestjs/common';
import { type AppConfig, ConfigModule } from '#libs/config';
import { CatalogModule } from '#libs/catalog';
import { DatabaseModule } from '#libs/database';
import { InferenceModule } from '#libs/inference';
import { OAuthModule } from '#libs/oauth';
import { QueueModule } from '#libs/queue';

@Module({})
class AdminModule {}

/** The services that operator commands work on; no HTTP and no jobs. */
export function adminModule(config: AppConfig): DynamicModule {
  return {
    module: AdminModule,
    imports: [
      ConfigModule.forRoot(config),
      DatabaseModule.forRoot(),
      QueueModule.forRoot(),
      OAuthModule,
      InferenceModule,
      CatalogModule,
    ],
  };
}
