import cors from '@fastify/cors';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { PageRenderer, sendErrorPage } from '#libs/pages';
import { OAuthError, sendOAuthError, toOAuthError } from './oauth-error.js';
import { McpBearerGuard } from './tokens/mcp-bearer.guard.js';

/** The endpoints that talk JSON to clients; the short paths are for clients that guess. */
const JSON_ENDPOINTS = new Set(['/oauth/token', '/oauth/register', '/oauth/revoke', '/token', '/register']);

/** What MCP Inspector 0.21 writes above the form by which it refreshes; refused, it tries again for ever. */
const CALLED_BOTH = /^application\/json, *application\/x-www-form-urlencoded$/i;

/** Largest body that they read. */
const BODY_LIMIT_BYTES = 64 * 1024;

/** Programs call these with a key, and read JSON whatever they say they accept. */
const REST = /^\/(admin|storage)\//;

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
  registerErrorPages(fastify, app.get(PageRenderer));
  const authenticate = mcpAuthentication(app.get(McpBearerGuard));
  fastify.addHook('onRoute', (route: RouteOptions) => {
    if (route.url === '/mcp') route.onRequest = [route.onRequest ?? [], authenticate].flat();
    if (JSON_ENDPOINTS.has(route.url)) {
      route.onRequest = [route.onRequest ?? [], readAsForm].flat();
      route.bodyLimit = BODY_LIMIT_BYTES;
      route.errorHandler = sendBodyError;
    }
  });
}

/** A form that is called JSON and a form at once is read as the form that it is. */
async function readAsForm({ headers }: FastifyRequest): Promise<void> {
  if (CALLED_BOTH.test(headers['content-type'] ?? ''))
    headers['content-type'] = 'application/x-www-form-urlencoded';
}

/** Errors for whoever looks at them in a browser: a mistyped address, a link to a file that is gone. */
function registerErrorPages(fastify: FastifyInstance, pages: PageRenderer): void {
  fastify.decorate('sendErrorPage', (request, reply, error) => {
    const [path = ''] = request.url.split('?', 1);
    const { method, headers } = request;
    const looks = (method === 'GET' || method === 'HEAD') && headers.accept?.includes('text/html');
    if (!looks || isForScripts(path) || REST.test(path)) return false;
    sendErrorPage(pages, reply, error, request.id);
    return true;
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
