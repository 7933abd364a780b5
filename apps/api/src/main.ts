import 'reflect-metadata';
import { createHttpApp } from '#libs/http';
import { createLogger, runProcess } from '#libs/lifecycle';
import { registerMcpAuthentication, registerWebSession } from '#libs/oauth';
import { registerUploadRoutes } from '#libs/files';
import { apiModule } from './api.module.js';

await runProcess(async (config) => {
  const app = await createHttpApp(apiModule(config), config, createLogger(config, 'api'));
  await registerWebSession(app);
  registerMcpAuthentication(app);
  registerUploadRoutes(app);
  await app.listen(config.PORT, config.HOST);
  return app;
});
