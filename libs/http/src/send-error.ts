import { HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, HTTP_STATUS, toAppError } from '#libs/errors';

declare module 'fastify' {
  interface FastifyInstance {
    /** Answers with a page instead, where that is better for who asked; false: it did not. */
    sendErrorPage?: (request: FastifyRequest, reply: FastifyReply, error: AppError) => boolean;
  }
}

const logger = new Logger('http');

/** The answer to whatever went wrong: `{error, request_id, details: {code, …}}`. The cause goes to the log only. */
export function sendError(request: FastifyRequest, reply: FastifyReply, thrown: unknown): void {
  const error = fromFramework(thrown) ?? toAppError(thrown);
  const status = HTTP_STATUS[error.kind];
  if (status >= 500) logger.error(`${request.id} ${describe(thrown)}`);
  if (reply.sent || request.server.sendErrorPage?.(request, reply, error)) return;
  const { retryAfterSeconds, ...details } = error.details;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(Math.ceil(retryAfterSeconds)));
  if (details.current) void reply.header('etag', details.current.etag);
  void reply
    .status(status)
    .header('cache-control', 'no-store')
    .send({ error: error.message, request_id: request.id, details: { code: error.code, ...details } });
}

/** Errors of Nest and Fastify themselves (unknown route, body too large, broken JSON), in our words. */
function fromFramework(thrown: unknown): AppError | undefined {
  const status = frameworkStatus(thrown);
  if (status === undefined || status >= 500) return undefined;
  const cause = { cause: thrown };
  if (status === 404) return new AppError('not_found', 'There is nothing at this address.', {}, cause);
  if (isUnreadableAddress(thrown))
    return new AppError('invalid_request', 'The address is not well formed.', {}, cause);
  if (status === 413) return new AppError('body_too_large', undefined, {}, cause);
  if (status === 401) return new AppError('unauthenticated', undefined, {}, cause);
  if (status === 403) return new AppError('forbidden', undefined, {}, cause);
  return new AppError('invalid_request', (thrown as Error).message, {}, cause);
}

/** The HTTP status that Nest or Fastify gave an error of their own; undefined for every other error. */
export function frameworkStatus(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  const { code, statusCode } = (thrown ?? {}) as { code?: unknown; statusCode?: unknown };
  return typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number'
    ? statusCode
    : undefined;
}

/** The router's own words repeat the address. */
function isUnreadableAddress(thrown: unknown): boolean {
  const { code } = thrown as { code?: unknown };
  return code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH';
}

function describe(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const cause = thrown.cause instanceof Error ? `\ncaused by ${thrown.cause.stack}` : '';
  return `${thrown.stack}${cause}`;
}
