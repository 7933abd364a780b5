import { inspect } from 'node:util';
import { Injectable, Logger } from '@nestjs/common';
import {
  type CallToolRequest,
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
} from '@modelcontextprotocol/server';
import type { Actor } from '#libs/accounts';
import { AppError, toAppError } from '#libs/errors';
import { type ArgumentCheck, compileArgumentCheck } from './argument-checker.js';
import { type ProgressParams, ProgressReporter } from './progress-reporter.js';
import { type EndReason, RunningCalls } from './running-calls.js';
import type { ArgumentSpool } from './spool/argument-spool.js';
import { ToolServices } from './tool-services.js';
import { toolError, toolResult } from './tool-result.js';
import { allTools } from './tools/all-tools.js';
import { MAX_ARGUMENT_BYTES, type Tool, type ToolContext, type ToolOutput } from './tools/tool.js';
import { mebibytes } from './tools/upload-cap.js';

/** One `tools/call` as it came in over HTTP. */
export interface ToolCall {
  actor: Actor;
  /** Id of the HTTP request, which the log knows it by. */
  httpRequestId: string;
  /** Size of the HTTP body. */
  bodyBytes: number;
  /** Holds the file of a large body. */
  spool?: ArgumentSpool;
  /** Whether the client's protocol revision knows `resource_link`. */
  knowsLinks: boolean;
}

/** What the protocol layer gives a call. */
export interface CallChannel {
  /** JSON-RPC id, by which a cancellation names the call. */
  id: string | number;
  /** Aborted when the client goes away. */
  signal: AbortSignal;
  progressToken?: string | number;
  notifyProgress(params: ProgressParams): Promise<void>;
}

/** Runs tools: checks the arguments, calls the handler, renders the result or the error. */
@Injectable()
export class ToolCaller {
  private readonly logger = new Logger('mcp');
  private readonly tools = new Map<string, { tool: Tool; check: ArgumentCheck }>(
    allTools.map((tool) => [tool.name, { tool, check: compileArgumentCheck(tool) }]),
  );

  constructor(
    private readonly services: ToolServices,
    private readonly running: RunningCalls,
  ) {}

  /** @throws ProtocolError for a tool that does not exist; everything else is a result */
  async call(
    params: CallToolRequest['params'],
    call: ToolCall,
    channel: CallChannel,
  ): Promise<CallToolResult> {
    const entry = this.tools.get(params.name);
    if (entry === undefined) {
      const known = [...this.tools.keys()].join(', ');
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool. The tools are ${known}.`);
    }
    try {
      assertArgumentSize(entry.tool, call.bodyBytes);
      const args = entry.check(params.arguments ?? {});
      assertNoneCut(entry.tool, args, call.spool);
      return toolResult(await this.run(entry.tool, args, call, channel), call.knowsLinks);
    } catch (error) {
      return this.renderError(error, entry.tool, call);
    }
  }

  private async run(tool: Tool, args: Record<string, unknown>, call: ToolCall, channel: CallChannel) {
    if (!tool.long) return tool.handler(call.actor, args as never, this.context(call, channel.signal));
    const { controller, finish } = this.running.start(call.actor, channel.id);
    const leave = () => controller.abort(channel.signal.reason);
    if (channel.signal.aborted) leave();
    else channel.signal.addEventListener('abort', leave, { once: true });
    const reporter = reporterOf(channel);
    try {
      const context = this.context(call, controller.signal, (progress) => reporter?.report(progress));
      return await unlessEnded(controller.signal, tool.handler(call.actor, args as never, context));
    } finally {
      reporter?.end();
      channel.signal.removeEventListener('abort', leave);
      finish();
    }
  }

  private context(
    { spool }: ToolCall,
    signal: AbortSignal,
    report: ToolContext['report'] = () => undefined,
  ): ToolContext {
    return { services: this.services, signal, report, spooled: (text) => spool?.argumentFor(text) };
  }

  /** The cause goes to the log. For what is no mistake of the caller, the caller gets a fixed sentence and the id. */
  private renderError(thrown: unknown, tool: Tool, { httpRequestId }: ToolCall): CallToolResult {
    const error = toAppError(thrown);
    if (error.cause !== undefined) {
      this.logger.error(`${httpRequestId} ${tool.name}: ${error.message} ${inspect(error.cause)}`);
    }
    if (error.code !== 'internal_error') return toolError(error);
    return toolError(
      new AppError('internal_error', `Something went wrong on the server (request ${httpRequestId}).`, {
        nextStep: 'Try again; if it stays so, tell the operator this request id.',
      }),
    );
  }
}

/** A large body is for files only; anything else that large is a mistake, and would be stored with the request. */
function assertArgumentSize(tool: Tool, bodyBytes: number): void {
  if (tool.fileArgument || bodyBytes <= MAX_ARGUMENT_BYTES) return;
  const limit = mebibytes(MAX_ARGUMENT_BYTES);
  throw new AppError(
    'body_too_large',
    `The call is ${mebibytes(bodyBytes)} large; ${tool.name} takes up to ${limit}.`,
    {
      nextStep: 'Store files with upload_file and pass their fileUrl.',
    },
  );
}

/** Of a text that was cut out of the body only the tool's file can be found again. */
function assertNoneCut(tool: Tool, args: Record<string, unknown>, spool: ArgumentSpool | undefined): void {
  const cut = Object.keys(args).filter((name) => {
    const isFile = name === tool.fileArgument && spool?.argumentFor(args[name]) !== undefined;
    return !isFile && spool?.hasCut(args[name]);
  });
  if (cut.length === 0) return;
  throw new AppError('invalid_request', `The arguments of ${tool.name} do not fit.`, {
    validationErrors: cut.map((path) => ({ path, message: 'is too long' })),
  });
}

function reporterOf(channel: CallChannel): ProgressReporter | undefined {
  const { progressToken } = channel;
  if (progressToken === undefined) return undefined;
  return new ProgressReporter(progressToken, (params) => channel.notifyProgress(params));
}

/** What the client hears of a call that was ended from outside, whatever the handler made of its signal. */
async function unlessEnded(signal: AbortSignal, running: Promise<ToolOutput>): Promise<ToolOutput> {
  try {
    return await running;
  } catch (error) {
    if (!signal.aborted) throw error;
    if ((signal.reason as EndReason) === 'shutdown') {
      throw new AppError('unavailable', 'The server restarts. Call the tool again.');
    }
    throw new AppError('cancelled', 'This call was cancelled; a request that it waited for goes on.');
  }
}
