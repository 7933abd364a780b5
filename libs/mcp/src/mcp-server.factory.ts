import { Injectable } from '@nestjs/common';
import { Server, type ServerContext, type ServerOptions } from '@modelcontextprotocol/server';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv';
import { RunningCalls } from './running-calls.js';
import { type CallChannel, type ToolCall, ToolCaller } from './tool-caller.js';
import { toolDefinitions } from './tool-definitions.js';

const SERVER_INFO = { name: 'modelrunner', title: 'ModelRunner', version: '0.1.0' };

const INSTRUCTIONS =
  'Runs AI models on images, video, audio and text. Typical flow: recommended_models (or search) → get_model for ' +
  'the inputs → upload_file for each local file → run_model, which returns a requestId at once → wait_for_request ' +
  'until COMPLETED; its output holds file URLs. Wrappers are models with a ready prompt: recommended_wrappers → ' +
  'get_wrapper → run_model. Files in an input are always URLs, and an output URL can be the next input.';

const TOOLS_LIST = { tools: toolDefinitions };

/** Tools are the same for everyone and never change while a process runs. */
const CACHE_HINT = { ttlMs: 3_600_000, cacheScope: 'public' } as const;

/** Everything that all servers share is made once: a server lives for one request, and there are thousands a second. */
const OPTIONS: ServerOptions = {
  capabilities: { tools: {} },
  instructions: INSTRUCTIONS,
  jsonSchemaValidator: new AjvJsonSchemaValidator(),
  cacheHints: { 'tools/list': CACHE_HINT, 'server/discover': CACHE_HINT },
};

/** Makes the protocol server of one HTTP request. */
@Injectable()
export class McpServerFactory {
  constructor(
    private readonly caller: ToolCaller,
    private readonly running: RunningCalls,
  ) {}

  create(call: ToolCall): Server {
    const server = new Server(SERVER_INFO, OPTIONS);
    server.setRequestHandler('tools/list', () => TOOLS_LIST);
    server.setRequestHandler('tools/call', ({ params }, context) =>
      this.caller.call(params, call, channelOf(context)),
    );
    server.setNotificationHandler('notifications/cancelled', ({ params }) => {
      if (params.requestId !== undefined) this.running.cancel(call.actor, params.requestId);
    });
    return server;
  }
}

function channelOf({ mcpReq }: ServerContext): CallChannel {
  return {
    id: mcpReq.id,
    signal: mcpReq.signal,
    progressToken: mcpReq._meta?.progressToken,
    notifyProgress: (params) => mcpReq.notify({ method: 'notifications/progress', params: { ...params } }),
  };
}
