import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { createHttpApp } from '#libs/http';
import { createLogger, runProcess } from '#libs/lifecycle';
import { checkRedis } from '#libs/queue';
import { workerModule } from './worker.module.js';

await runProcess(async (config) => {
  await checkRedis(config);
  const logger = createLogger(config, 'worker');
  const module = workerModule(config);
  if (!config.WORKER_HEALTH_PORT) {
    return NestFactory.createApplicationContext(module, { logger, abortOnError: false });
  }
  const app = await createHttpApp(module, config, logger);
  await app.listen(config.WORKER_HEALTH_PORT, config.HOST);
  return app;
});
