import { pipeline } from 'node:stream';
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
import { ArgumentSpool } from './spool/argument-spool.js';
import { MAX_ARGUMENT_BYTES } from './tools/tool.js';
import { mebibytes } from './tools/upload-cap.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What a large body of /mcp went through. */
    argumentSpool?: ArgumentSpool;
  }
}

const MEBIBYTE = 1024 * 1024;
/** Above this, base64 in one JSON string is no longer sensible, whatever the upload cap is. */
const MOST_BASE64_FILE = 256 * MEBIBYTE;
/** So that a file a little over the cap still gets the tool's own answer. */
const HEADROOM = 16 * MEBIBYTE;
/** Bodies of the largest size that are let in at once. */
const LARGEST_AT_ONCE = 2;
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
  const gate = new LargeBodyGate(LARGEST_AT_ONCE * mcpBodyLimit(config));
  const beforeBody = async (
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply | undefined> =>
    refuseBySource(request, reply, config) ?? refuseBySize(request, reply, gate);
  fastify.addHook('onRoute', (route: RouteOptions) => {
    if (route.url !== '/mcp' || route.method !== 'POST') return;
    route.bodyLimit = mcpBodyLimit(config);
    route.onRequest = [route.onRequest ?? [], beforeBody].flat();
    route.preParsing = spoolLargeBody(config);
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
  // What still comes is read and thrown away, outside the gate: else the caller would see a broken pipe for an answer.
  const message = 'Too many large uploads at once. Try again in a moment, or upload by url.';
  return reply
    .code(503)
    .header('retry-after', String(RETRY_AFTER_SECONDS))
    .send(jsonRpcError(JSON_RPC.transport, message));
}

/**
 * What may be large goes through a spool, which keeps the file in it out of memory. A body that does not say its size
 * cannot be let through the gate, so it may not be large.
 */
function spoolLargeBody(config: AppConfig): preParsingHookHandler {
  return (request, reply, payload, done) => {
    const declared = request.headers['content-length'];
    if (declared !== undefined && Number(declared) <= MAX_ARGUMENT_BYTES) return done(null, payload);
    const spool = new ArgumentSpool({
      mostBytes: declared === undefined ? LARGE_BODY_BYTES : mcpBodyLimit(config),
      longest: MAX_ARGUMENT_BYTES,
      mostJson: LARGE_BODY_BYTES,
      folder: config.TEMP_DIR,
      capBytes: config.MAX_FILE_BYTES,
    });
    request.argumentSpool = spool;
    reply.raw.once('close', () => void spool.dispose());
    // Whoever reads the spool hears of an error of the body there.
    done(
      null,
      pipeline(payload, spool, () => undefined),
    );
  };
}

/** Errors of reading the body. What is none of these goes on to the renderer of the whole server. */
function renderBodyError(error: FastifyError, reply: FastifyReply, config: AppConfig): FastifyReply {
  if (!error.code?.startsWith('FST_ERR_CTP_') && !(error instanceof SyntaxError)) throw error;
  const status = error.statusCode ?? 400;
  if (status === 413) {
    const cap = mebibytes(Math.min(config.MAX_FILE_BYTES, MOST_BASE64_FILE));
    const message =
      `The body is larger than any call of this server; a file in it exceeds the ${cap} upload cap. ` +
      'Use the direct multipart upload instead: POST /storage/upload/initiate-multipart.';
    return reply.code(413).send(jsonRpcError(JSON_RPC.invalidRequest, message));
  }
  if (status === 415) {
    return reply
      .code(415)
      .send(jsonRpcError(JSON_RPC.transport, 'The Content-Type must be application/json.'));
  }
  return reply.code(400).send(jsonRpcError(JSON_RPC.parseError, 'Parse error: the body is not valid JSON.'));
}
