import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule, type AppConfig } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { FilesJobsModule } from '#libs/files';
import { HealthModule } from '#libs/http';
import { InferenceJobsModule } from '#libs/inference';
import { QueueModule } from '#libs/queue';

@Module({})
class WorkerModule {}

/** The job process: every feature's job processors, and none of the HTTP edges. */
export function workerModule(config: AppConfig): DynamicModule {
  return {
    module: WorkerModule,
    imports: [
      ConfigModule.forRoot(config),
      DatabaseModule.forRoot(),
      QueueModule.forRoot(),
      HealthModule,
      InferenceJobsModule,
      FilesJobsModule,
    ],
  };
}
