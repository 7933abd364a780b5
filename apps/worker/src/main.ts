import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { createLogger, runProcess } from '#libs/lifecycle';
import { workerModule } from './worker.module.js';

await runProcess(async (config) => {
  const logger = createLogger(config, 'worker');
  return NestFactory.createApplicationContext(workerModule(config), { logger, abortOnError: false });
});
