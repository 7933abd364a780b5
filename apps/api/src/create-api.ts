import type { LoggerService } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { registerWebSession } from '#libs/accounts';
import type { AppConfig } from '#libs/config';
import { registerUploadRoutes } from '#libs/files';
import { createHttpApp } from '#libs/http';
import { registerOAuth } from '#libs/oauth';
import { apiModule } from './api.module.js';
import { AdminApi } from './openapi/admin-api.service.js';

/** The whole api, with all that its libs need of Fastify itself; not yet listening. */
export async function createApi(config: AppConfig, logger: LoggerService): Promise<NestFastifyApplication> {
  const app = await createHttpApp(apiModule(config), config, logger);
  await registerWebSession(app);
  await registerOAuth(app);
  registerUploadRoutes(app);
  app.get(AdminApi).describes(app);
  return app;
}
