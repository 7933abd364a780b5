import { BullModule } from '@nestjs/bullmq';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { EventBus } from './events/event-bus.js';
import { queueConnection } from './queue-backend.js';
import { QueueMonitor } from './queue-monitor.js';

/** BullMQ on PostgreSQL or Redis, with the job defaults of the whole project, and the events between processes. */
@Global()
@Module({})
export class QueueModule {
  static forRoot(): DynamicModule {
    return {
      module: QueueModule,
      imports: [
        BullModule.forRootAsync({
          inject: [APP_CONFIG],
          useFactory: (config: AppConfig) => ({
            connection: queueConnection(config),
            defaultJobOptions: {
              removeOnComplete: { age: 3_600, count: 1_000 },
              removeOnFail: { age: 7 * 86_400, count: 5_000 },
            },
          }),
        }),
      ],
      providers: [EventBus, QueueMonitor],
      exports: [EventBus, QueueMonitor, BullModule],
    };
  }
}
