import 'reflect-metadata';
import { registerWebSession } from '#libs/accounts';
import { registerUploadRoutes } from '#libs/files';
import { createHttpApp } from '#libs/http';
import { createLogger, runProcess } from '#libs/lifecycle';
import { registerOAuth } from '#libs/oauth';
import { apiModule } from '../../dist/apps/api/src/api.module.js';
import { McpController } from '../../dist/libs/mcp/src/mcp.controller.js';

/*
 * The api as apps/api composes it; with the JSON of an actor as argument without the bearer guard of /mcp: neither the
 * hook before the body nor the guard of the controller is there, and everyone is that actor. For comparison only.
 */
const [actor] = process.argv.slice(2).map((json) => JSON.parse(json));
if (actor) Reflect.deleteMetadata('__guards__', McpController.prototype.serve);

await runProcess(async (config) => {
  const app = await createHttpApp(apiModule(config), config, createLogger(config, 'api'));
  await registerWebSession(app);
  await registerOAuth(app);
  if (actor) openMcp(app.getHttpAdapter().getInstance());
  registerUploadRoutes(app);
  await app.listen(config.PORT, config.HOST);
  return app;
});

/** Runs after registerOAuth set its hook on the route, and before /mcp sets its own checks. */
function openMcp(fastify) {
  fastify.addHook('onRoute', (route) => {
    if (route.url !== '/mcp') return;
    route.onRequest = [
      (request, _reply, done) => {
        request.actor = actor;
        done();
      },
    ];
  });
}
