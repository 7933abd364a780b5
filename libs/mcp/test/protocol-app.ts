import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { Logger, Module, type Provider, type Type } from '@nestjs/common';
import type { Actor } from '#libs/accounts';
import { ConfigModule, loadConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import type { IngestService } from '#libs/files';
import { createHttpApp } from '#libs/http';
import type { RequestView, WaitOptions } from '#libs/inference';
import { McpBearerGuard } from '#libs/oauth';
import { McpController } from '../src/mcp.controller.js';
import { McpEndpoint } from '../src/mcp-endpoint.service.js';
import { registerMcpRouteOptions } from '../src/mcp-route.js';
import { McpServerFactory } from '../src/mcp-server.factory.js';
import { RunningCalls } from '../src/running-calls.js';
import { ToolCaller } from '../src/tool-caller.js';
import { ToolServices } from '../src/tool-services.js';

export const REQUEST_ID = 'abcdefghijklmnopqrstu';

export const actor: Actor = { userId: 'u1', email: 'ann@example.org', role: 'user', clientId: 'c1' };

/** A request of the user above; what the protocol specs need of one. */
export function requestView(changes: Partial<RequestView> = {}): RequestView {
  return {
    requestId: REQUEST_ID,
    endpoint: 'modelrunner/upscale',
    kind: 'model',
    modelEndpoint: 'modelrunner/upscale',
    status: 'COMPLETED',
    output: { image: 'http://localhost/media/k.png' },
    pricing: { unit: 'request', amountUsd: '0.0040' },
    createdAt: '2026-01-01T00:00:00.000Z',
    files: [
      {
        url: 'http://localhost/media/k.png',
        fileName: 'up.png',
        contentType: 'image/png',
        size: 1234,
        expiresAt: new Date('2026-02-01T00:00:00Z'),
      },
    ],
    ...changes,
  };
}

/**
 * Services in memory, for what the protocol does around them: no model, file or database is pretended here. The
 * real ones stand behind the end-to-end tests.
 */
export function memoryServices() {
  const page = { items: [], page: 1, limit: 20, total: 0, hasMore: false };
  return {
    config: loadConfig({}),
    catalog: {
      listModels: jest.fn(async () => page),
      listWrappers: jest.fn(async () => page),
      recommended: jest.fn(async () => []),
      getModel: jest.fn(async (_actor: Actor, endpoint: string) => ({ endpoint, inputs: [] })),
      getWrapper: jest.fn(async (_actor: Actor, endpoint: string) => ({ endpoint, inputs: [] })),
      getRawSchema: jest.fn(async (_actor: Actor, endpoint: string) => ({
        endpoint,
        inputSchema: {},
        outputSchema: {},
      })),
      search: jest.fn(async () => ({ results: [], total: 0 })),
    },
    submissions: {
      submit: jest.fn(async (_actor: Actor, { endpoint }: { endpoint: string }) => ({
        requestId: REQUEST_ID,
        status: 'IN_QUEUE',
        endpoint,
        queuePosition: 1,
        price: { unit: 'request', amountUsd: '0.0040' },
      })),
    },
    inference: {
      get: jest.fn(async (_actor: Actor, requestId: string) => {
        if (requestId !== REQUEST_ID) throw new AppError('request_not_found');
        return requestView();
      }),
      cancel: jest.fn(async () => requestView({ status: 'CANCELLED', output: undefined })),
      list: jest.fn(async () => ({ ...page, items: [requestView()], total: 1 })),
    },
    wait: { wait: jest.fn(waitForAbort) },
    files: {
      store: jest.fn(
        async (_actor: Actor, source: Readable, meta: { fileName?: string; contentType?: string }) => {
          let size = 0;
          for await (const chunk of source) size += (chunk as Buffer).length;
          return storedFile({
            size,
            fileName: meta.fileName ?? 'file',
            contentType: meta.contentType ?? 'image/png',
          });
        },
      ),
    },
    ingest: { ingest: jest.fn(fetchNothing) },
  };
}

type MemoryServices = ReturnType<typeof memoryServices>;

export function storedFile(changes: Record<string, unknown>) {
  const url = 'http://localhost/media/key.png';
  return {
    id: 'f',
    key: 'key.png',
    url,
    fileName: 'a.png',
    contentType: 'image/png',
    size: 3,
    sha256: 'ab',
    expiresAt: new Date('2026-02-01T00:00:00Z'),
    ...changes,
  };
}

async function fetchNothing(
  _actor: Actor,
  _url: string,
  _meta: object,
  _options: Parameters<IngestService['ingest']>[3],
) {
  return storedFile({});
}

/** A wait that only its signal ends, as a wait for a slow model would. */
async function waitForAbort(_actor: Actor, _requestId: string, { signal, onProgress }: WaitOptions) {
  onProgress?.({ message: 'The request is number 2 in the queue.' });
  if (!signal.aborted) await once(signal, 'abort');
  throw new AppError('cancelled', 'The wait was ended; the request goes on.');
  return { ...requestView(), timedOut: false };
}

export interface ProtocolApp {
  url: URL;
  services: MemoryServices;
  /** Sends one body as it is. */
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** The real controller, routes and protocol on a real port. */
/** What the bearer guard asks for. It finds the actor below, so of all this only one question is put. */
function guardNeeds(): Provider[] {
  const [, ...tokens] = Reflect.getMetadata('design:paramtypes', McpBearerGuard) as Type[];
  return tokens.map((provide) => ({ provide, useValue: { isRevoked: () => false } }));
}

export async function startProtocolApp(env: Record<string, string> = {}): Promise<ProtocolApp> {
  const services = memoryServices();
  const config = loadConfig({ NODE_ENV: 'test', ...env });
  class ProtocolModule {}
  Module({
    imports: [ConfigModule.forRoot(config)],
    controllers: [McpController],
    providers: [
      McpEndpoint,
      McpServerFactory,
      ToolCaller,
      RunningCalls,
      { provide: ToolServices, useValue: { ...services, config } },
      ...guardNeeds(),
    ],
  })(ProtocolModule);
  const app = await createHttpApp(ProtocolModule, config, new Logger());
  Logger.overrideLogger(false);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request) => {
    if (request.method !== 'POST') return;
    if (request.headers.authorization !== 'Bearer good') throw new AppError('unauthenticated');
    request.actor = actor;
  });
  registerMcpRouteOptions(fastify, config);
  await app.listen(0, '127.0.0.1');
  const url = new URL(`http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}/mcp`);
  return {
    url,
    services,
    post: (body, headers) => postTo(url, body, headers),
    close: () => app.close(),
  };
}

function postTo(url: URL, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      authorization: 'Bearer good',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/** The JSON-RPC messages of an answer, whether it came as JSON or as a stream. */
export async function messagesOf(response: Response): Promise<RpcMessage[]> {
  const text = await response.text();
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    return [JSON.parse(text) as RpcMessage];
  const lines = text.split('\n').filter((line) => line.startsWith('data: '));
  return lines.map((line) => JSON.parse(line.slice('data: '.length)) as RpcMessage);
}

export interface RpcMessage {
  id?: string | number | null;
  method?: string;
  params?: Record<string, unknown>;
  error?: { code: number; message: string };
  result?: {
    protocolVersion?: string;
    instructions?: string;
    tools?: { name: string }[];
    isError?: boolean;
    structuredContent?: Record<string, unknown>;
    content?: {
      type: string;
      text?: string;
      uri?: string;
      name?: string;
      mimeType?: string;
      size?: number;
    }[];
    [key: string]: unknown;
  };
}

/** A `tools/call` as a client of an older revision sends it. */
export function callMessage(
  name: string,
  args: Record<string, unknown>,
  id: string | number = 1,
  meta?: object,
) {
  return {
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: args, ...(meta && { _meta: meta }) },
  };
}
