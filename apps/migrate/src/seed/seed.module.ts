import { type DynamicModule, Module } from '@nestjs/common';
import { AccountsModule } from '#libs/accounts';
import { CatalogModule } from '#libs/catalog';
import { type AppConfig, ConfigModule } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { FilesModule } from '#libs/files';
import { QueueModule } from '#libs/queue';
import { SeedEnginesModule } from './seed-engines.module.js';
import { Seeder } from './seeder.service.js';

@Module({})
export class SeedModule {
  static forRoot(config: AppConfig): DynamicModule {
    return {
      module: SeedModule,
      imports: [
        ConfigModule.forRoot(config),
        DatabaseModule.forRoot(),
        QueueModule.forRoot(),
        AccountsModule,
        CatalogModule,
        SeedEnginesModule,
        FilesModule,
      ],
      providers: [Seeder],
    };
  }
}
