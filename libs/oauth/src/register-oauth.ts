import cors from '@fastify/cors';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { OAuthError, sendOAuthError, toOAuthError } from './oauth-error.js';
import { McpBearerGuard } from './tokens/mcp-bearer.guard.js';

/** The endpoints that talk JSON to clients; the short paths are for clients that guess. */
const JSON_ENDPOINTS = new Set(['/oauth/token', '/oauth/register', '/oauth/revoke', '/token', '/register']);

/** Largest body that they read. */
const BODY_LIMIT_BYTES = 64 * 1024;

/** Clients in browsers reach these from any origin. The pages are not among them, ever (RFC 9700 §2.6). */
function isForScripts(path: string): boolean {
  return (
    JSON_ENDPOINTS.has(path) ||
    path === '/mcp' ||
    path.startsWith('/mcp/') ||
    path.startsWith('/.well-known/')
  );
}

/**
 * What the authorization server needs of Fastify itself, beside its controllers. Call it after the application is
 * created (and after `registerWebSession`), before it is initialised.
 */
export async function registerOAuth(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  await registerCors(fastify);
  const authenticate = mcpAuthentication(app.get(McpBearerGuard));
  fastify.addHook('onRoute', (route: RouteOptions) => {
    if (route.url === '/mcp') route.onRequest = [route.onRequest ?? [], authenticate].flat();
    if (JSON_ENDPOINTS.has(route.url)) {
      route.bodyLimit = BODY_LIMIT_BYTES;
      route.errorHandler = sendBodyError;
    }
  });
}

async function registerCors(fastify: FastifyInstance): Promise<void> {
  await fastify.register(cors, {
    delegator: (request, done) => {
      const [path = ''] = request.url.split('?', 1);
      if (!isForScripts(path)) return done(null, { origin: false });
      return done(null, {
        origin: '*',
        methods: ['GET', 'POST', 'DELETE', 'OPTIONS'],
        exposedHeaders: ['WWW-Authenticate', 'Retry-After', 'Mcp-Session-Id', 'X-Request-Id'],
        maxAge: 86_400,
        strictPreflight: false,
      });
    },
  });
}

/**
 * The guard of /mcp as an `onRequest` hook of the route, so that it decides before the body is read: a stranger who
 * announces 280 MB gets his 401 at once. Being the route's own hook, no spelling of the path goes around it.
 */
function mcpAuthentication(guard: McpBearerGuard) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    try {
      await guard.canActivate(new ExecutionContextHost([request, reply]));
      return undefined;
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      sendOAuthError(reply, error);
      return reply;
    }
  };
}

/** Bodies that Fastify cannot read never reach a controller or its filter; the answer is OAuth's all the same. */
function sendBodyError(
  this: FastifyInstance,
  error: FastifyError,
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  sendOAuthError(reply, toOAuthError(error));
}
