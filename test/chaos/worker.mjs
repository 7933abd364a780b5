import 'reflect-metadata';
import { Test } from '@nestjs/testing';
import { EngineRegistry } from '#libs/engines';
import { createLogger, runProcess } from '#libs/lifecycle';
import { workerModule } from '../../dist/apps/worker/src/worker.module.js';
import { LocalEngine } from '../../dist/libs/engines/src/local/local-engine.js';

const CHAOS_MODEL = new URL('./model.mjs', import.meta.url).href;

/** The worker as it ships, but that its local engine also knows the chaos model. */
await runProcess(async (config) => {
  const engine = new LocalEngine({
    memoryMegabytes: config.ENGINE_MEMORY_MB,
    timeoutSeconds: config.ENGINE_TIMEOUT_SECONDS,
    maxIdle: config.WORKER_CONCURRENCY,
    extraModules: { chaos: CHAOS_MODEL },
  });
  const builder = Test.createTestingModule({ imports: [workerModule(config)] });
  builder.setLogger(createLogger(config, 'worker'));
  const app = await builder
    .overrideProvider(EngineRegistry)
    .useValue(new EngineRegistry([engine]))
    .compile();
  await app.init();
  return app;
});
