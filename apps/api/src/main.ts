import 'reflect-metadata';
import { createLogger, runProcess } from '#libs/lifecycle';
import { checkRedis } from '#libs/queue';
import { createApi } from './create-api.js';

await runProcess(async (config) => {
  await checkRedis(config);
  const app = await createApi(config, createLogger(config, 'api'));
  await app.listen(config.PORT, config.HOST);
  return app;
});
