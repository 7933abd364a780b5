import 'reflect-metadata';
import { registerWebSession } from '#libs/accounts';
import { registerUploadRoutes } from '#libs/files';
import { createHttpApp } from '#libs/http';
import { createLogger, runProcess } from '#libs/lifecycle';
import { registerOAuth } from '#libs/oauth';
import { apiModule } from './api.module.js';

await runProcess(async (config) => {
  const app = await createHttpApp(apiModule(config), config, createLogger(config, 'api'));
  await registerWebSession(app);
  await registerOAuth(app);
  registerUploadRoutes(app);
  await app.listen(config.PORT, config.HOST);
  return app;
});
