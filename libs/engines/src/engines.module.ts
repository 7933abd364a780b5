import { APP_CONFIG, type AppConfig } from '#libs/config';
import { Module } from '@nestjs/common';
import { EngineRegistry } from './engine-registry.js';
import { LocalEngine } from './local/local-engine.js';

/** Everything that runs models. Another engine is a folder beside `local/` and an entry in the list here. */
@Module({
  providers: [
    {
      provide: EngineRegistry,
      inject: [APP_CONFIG],
      useFactory: (config: AppConfig) =>
        new EngineRegistry([
          new LocalEngine({
            memoryMegabytes: config.ENGINE_MEMORY_MB,
            timeoutSeconds: config.ENGINE_TIMEOUT_SECONDS,
            ffmpegPath: config.FFMPEG_PATH,
            maxIdle: config.WORKER_CONCURRENCY,
          }),
        ]),
    },
  ],
  exports: [EngineRegistry],
})
export class EnginesModule {}
