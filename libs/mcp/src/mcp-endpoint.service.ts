import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, type McpHttpHandler } from '@modelcontextprotocol/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '#libs/errors';
import { JSON_RPC, jsonRpcError } from './json-rpc-error.js';
import { McpServerFactory } from './mcp-server.factory.js';
import type { ToolCall } from './tool-caller.js';
import { allTools } from './tools/all-tools.js';

/** The first revision whose clients know `resource_link`; a request without the header is of an older one. */
const LINKS_SINCE = '2025-06-18';

const BOTH_MEDIA_TYPES = 'application/json, text/event-stream';

const longTools = new Set(allTools.filter((tool) => tool.long).map((tool) => tool.name));

/**
 * The MCP endpoint over HTTP: stateless, every protocol revision from 2024-11-05 to 2026-07-28. The SDK speaks the
 * protocol; this hands it the request with the body that Fastify parsed, and writes its answer.
 */
@Injectable()
export class McpEndpoint implements OnApplicationShutdown {
  private readonly logger = new Logger('mcp');
  private readonly calls = new WeakMap<Request, ToolCall>();
  /** Quick calls answer with one JSON body; long ones with a stream at once, which no proxy takes for dead. */
  private readonly quick: McpHttpHandler;
  private readonly streaming: McpHttpHandler;

  constructor(private readonly servers: McpServerFactory) {
    this.quick = this.handler('auto');
    this.streaming = this.handler('sse');
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.quick.close(), this.streaming.close()]);
  }

  /** Takes the reply over from Fastify; whatever happens, the client gets an end. */
  async serve(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const call = toolCallOf(request);
    reply.hijack();
    // Headers that hooks set (x-request-id, CORS, security) would be lost with the hijack.
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    try {
      await this.exchange(request, reply, call);
    } catch (error) {
      this.logger.error(`${request.id} ${error instanceof Error ? error.stack : String(error)}`);
      endWithError(reply);
    }
  }

  private exchange(request: FastifyRequest, reply: FastifyReply, call: ToolCall): Promise<void> {
    const handler = isLongCall(request.body) ? this.streaming : this.quick;
    const node = toNodeHandler(
      {
        fetch: (webRequest, options) => {
          this.calls.set(webRequest, call);
          return handler.fetch(webRequest, { ...options, parsedBody: request.body });
        },
      },
      { onerror: (error) => this.logger.error(`${request.id} ${error.stack}`) },
    );
    return node(bodylessRequest(request), reply.raw);
  }

  private handler(responseMode: 'auto' | 'sse'): McpHttpHandler {
    return createMcpHandler(
      ({ requestInfo }) => {
        const call = requestInfo && this.calls.get(requestInfo);
        if (call === undefined) throw new Error('an MCP server was asked for outside a request');
        return this.servers.create(call);
      },
      {
        legacy: 'stateless',
        responseMode,
        onerror: (error) => this.logger.debug(error.message),
      },
    );
  }
}

function toolCallOf(request: FastifyRequest): ToolCall {
  if (request.actor === undefined) throw new AppError('unauthenticated');
  const revision = request.headers['mcp-protocol-version'];
  const length = request.headers['content-length'];
  return {
    actor: request.actor,
    httpRequestId: request.id,
    bodyBytes: length === undefined ? (request.argumentSpool?.receivedEncodedLength ?? 0) : Number(length),
    spool: request.argumentSpool,
    knowsLinks: typeof revision === 'string' && revision >= LINKS_SINCE,
  };
}

/**
 * What the SDK reads of a Node request, without the body: given a parsed body, its adapter would write it out as
 * JSON again, which doubles the cost of a small call and the memory of a large one.
 */
function bodylessRequest({ raw, method, url }: FastifyRequest) {
  const headers = { ...raw.headers };
  delete headers['content-length'];
  delete headers['transfer-encoding'];
  if (acceptsAnything(headers.accept)) headers.accept = BOTH_MEDIA_TYPES;
  return { method, url, headers, async *[Symbol.asyncIterator]() {} };
}

/** The protocol wants both media types named; clients that name none, or all, mean both. */
function acceptsAnything(accept: string | undefined): boolean {
  return accept === undefined || accept.includes('*/*');
}

function isLongCall(body: unknown): boolean {
  const { method, params } = (body ?? {}) as { method?: unknown; params?: { name?: unknown } };
  return method === 'tools/call' && typeof params?.name === 'string' && longTools.has(params.name);
}

function endWithError({ raw }: FastifyReply): void {
  if (raw.headersSent) {
    raw.destroy();
    return;
  }
  raw.writeHead(500, { 'content-type': 'application/json' });
  raw.end(JSON.stringify(jsonRpcError(JSON_RPC.internalError, 'Internal server error')));
}
