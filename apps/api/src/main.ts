import 'reflect-metadata';
import { createLogger, runProcess } from '#libs/lifecycle';
import { createApi } from './create-api.js';

await runProcess(async (config) => {
  const app = await createApi(config, createLogger(config, 'api'));
  await app.listen(config.PORT, config.HOST);
  return app;
});
