import { Transform } from 'node:stream';
import type {
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  preParsingHookHandler,
  RouteOptions,
} from 'fastify';
import type { AppConfig } from '#libs/config';
import { JSON_RPC, jsonRpcError } from './json-rpc-error.js';
import { LARGE_BODY_BYTES, LargeBodyGate } from './large-body-gate.js';
import { refuseSource } from './request-source.js';
import { mebibytes } from './tools/upload-cap.js';

const MEBIBYTE = 1024 * 1024;
/** Above this, base64 in one JSON string is no longer sensible, whatever the upload cap is. */
const MOST_BASE64_FILE = 256 * MEBIBYTE;
/** So that a file a little over the cap still gets the tool's own answer. */
const HEADROOM = 16 * MEBIBYTE;
const RETRY_AFTER_SECONDS = 5;

/** The largest body of /mcp: base64 of the upload cap, four characters for three bytes. */
function mcpBodyLimit({ MAX_FILE_BYTES }: Pick<AppConfig, 'MAX_FILE_BYTES'>): number {
  return Math.ceil((Math.min(MAX_FILE_BYTES, MOST_BASE64_FILE) / 3) * 4) + HEADROOM;
}

/**
 * What /mcp needs of Fastify beyond a Nest route: a larger body, checks before the body is read (the server's own
 * authentication hook runs before these), and errors as JSON-RPC. Call before the routes are registered.
 */
export function registerMcpRouteOptions(fastify: FastifyInstance, config: AppConfig): void {
  const gate = new LargeBodyGate(mcpBodyLimit(config));
  const beforeBody = async (
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply | undefined> =>
    refuseBySource(request, reply, config) ?? refuseBySize(request, reply, gate);
  fastify.addHook('onRoute', (route: RouteOptions) => {
    if (route.url !== '/mcp' || route.method !== 'POST') return;
    route.bodyLimit = mcpBodyLimit(config);
    route.onRequest = [route.onRequest ?? [], beforeBody].flat();
    route.preParsing = boundUndeclaredBody;
    route.errorHandler = (error, _request, reply) => renderBodyError(error, reply, config);
  });
}

function refuseBySource(
  request: FastifyRequest,
  reply: FastifyReply,
  config: AppConfig,
): FastifyReply | undefined {
  // `request.host` is X-Forwarded-Host where a trusted proxy sent one.
  const refusal = refuseSource({ host: request.host, origin: request.headers.origin }, config.issuer);
  if (refusal === null) return undefined;
  return reply.code(403).send(jsonRpcError(JSON_RPC.transport, refusal));
}

function refuseBySize(
  request: FastifyRequest,
  reply: FastifyReply,
  gate: LargeBodyGate,
): FastifyReply | undefined {
  const bytes = Number(request.headers['content-length'] ?? 0);
  if (bytes <= LARGE_BODY_BYTES) return undefined;
  const leave = gate.enter(bytes);
  if (leave !== null) {
    // Held until the answer is out: the argument lives as long as the call.
    reply.raw.once('close', leave);
    return undefined;
  }
  const message = 'Too many large uploads at once. Try again in a moment, or upload by url.';
  return reply
    .code(503)
    .header('retry-after', String(RETRY_AFTER_SECONDS))
    .header('connection', 'close')
    .send(jsonRpcError(JSON_RPC.transport, message));
}

/** A body that does not say its size cannot be let through the gate, so it may not be large. */
const boundUndeclaredBody: preParsingHookHandler = (request, _reply, payload, done) => {
  if (request.headers['content-length'] !== undefined) return done(null, payload);
  let received = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      received += chunk.length;
      if (received <= LARGE_BODY_BYTES) return callback(null, chunk);
      callback(
        Object.assign(new Error('body too large'), { code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }),
      );
    },
  });
  payload.on('error', (error) => bounded.destroy(error));
  done(null, payload.pipe(bounded));
};

/** Errors of reading the body. What is none of these goes on to the renderer of the whole server. */
function renderBodyError(error: FastifyError, reply: FastifyReply, config: AppConfig): FastifyReply {
  if (!error.code?.startsWith('FST_ERR_CTP_') && !(error instanceof SyntaxError)) throw error;
  const status = error.statusCode ?? 400;
  if (status === 413) {
    const cap = mebibytes(Math.min(config.MAX_FILE_BYTES, MOST_BASE64_FILE));
    const message =
      `The body is larger than any call of this server; a file in it exceeds the ${cap} upload cap. ` +
      'Use the direct multipart upload instead: POST /storage/upload/initiate-multipart.';
    return reply.code(413).header('connection', 'close').send(jsonRpcError(JSON_RPC.invalidRequest, message));
  }
  if (status === 415) {
    return reply
      .code(415)
      .send(jsonRpcError(JSON_RPC.transport, 'The Content-Type must be application/json.'));
  }
  return reply.code(400).send(jsonRpcError(JSON_RPC.parseError, 'Parse error: the body is not valid JSON.'));
}
