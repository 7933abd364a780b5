import { Readable } from 'node:stream';
import type { Type } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import type { AdminGuard } from '#libs/accounts';
import { AppError } from '#libs/errors';

/** Largest body of an import: 10,000 definitions of 12 KiB each, and more than a thousand of the largest. */
const IMPORT_LIMIT_BYTES = 128 * 1024 * 1024;
/** So long may a body take to arrive. */
const IMPORT_DEADLINE_MS = 300_000;

/** What the route takes; the body is told apart by how it begins. */
const CONTENT_TYPES = /^\s*application\/(json|x-ndjson|jsonl|ndjson)\s*(;|$)/i;
/** Fastify chooses parsers by content type for the whole server. No client may send this one. */
const STREAMED = 'application/x-modelrunner-import';

/** A controller of imports, by the address of its route. */
export type ImportControllers = Readonly<Record<string, Type<{ import: unknown }>>>;

/**
 * Makes imports streams: who may not is told before the body is read, and no body is ever whole in memory. To be called
 * before the routes are registered.
 */
export function registerImportRoutes(
  fastify: FastifyInstance,
  guard: AdminGuard,
  controllers: ImportControllers,
): void {
  const isImport = ({ method, url }: { method?: string | string[]; url?: string }): boolean =>
    method === 'POST' && url !== undefined && Object.hasOwn(controllers, url);

  fastify.addContentTypeParser(STREAMED, (request, payload, done) => {
    if (isImport(request.routeOptions)) done(null, payload);
    else done(new AppError('invalid_request', 'The Content-Type must be application/json.'));
  });
  fastify.addHook('onRoute', (route: RouteOptions) => {
    if (!isImport(route)) return;
    const controller = controllers[route.url] as Type<{ import: () => unknown }>;
    const beforeBody = async (request: FastifyRequest, reply: object): Promise<void> => {
      const handler = (controller.prototype as { import: () => unknown }).import;
      await guard.canActivate(new ExecutionContextHost([request, reply], controller, handler));
      asStream(request);
    };
    route.bodyLimit = IMPORT_LIMIT_BYTES;
    route.onRequest = [route.onRequest ?? [], beforeBody].flat();
  });
}

function asStream({ headers }: FastifyRequest): void {
  if (Number(headers['content-length'] ?? 0) > IMPORT_LIMIT_BYTES) throw tooLarge();
  if (!CONTENT_TYPES.test(headers['content-type'] ?? '')) {
    const message = 'The Content-Type must be application/json or application/x-ndjson.';
    throw new AppError('invalid_request', message);
  }
  headers['content-type'] = STREAMED;
}

/**
 * The body of an import, as it arrives.
 * @throws AppError `body_too_large`, `invalid_request` for one that does not arrive in time
 */
export async function* importStream({ body }: FastifyRequest): AsyncGenerator<Buffer> {
  if (!(body instanceof Readable)) throw new AppError('invalid_request', 'There is nothing to import.');
  const late = new AppError('invalid_request', 'The body took too long to arrive.');
  const timer = setTimeout(() => body.destroy(late), IMPORT_DEADLINE_MS).unref();
  let received = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > IMPORT_LIMIT_BYTES) throw tooLarge();
      yield chunk;
    }
  } finally {
    clearTimeout(timer);
  }
}

function tooLarge(): AppError {
  const mebibytes = IMPORT_LIMIT_BYTES / 1024 / 1024;
  return new AppError('body_too_large', `An import has at most ${mebibytes} MiB; send the rest in another.`);
}
