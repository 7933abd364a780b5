import type { Actor } from '#libs/accounts';
import type { SpooledArgument } from '../spool/spooled-argument.js';
import type { ToolServices } from '../tool-services.js';

/** The plain JSON Schema object of a tool's arguments or result; `anyOf` at the top makes some clients drop a tool. */
export type ObjectSchema = {
  type: 'object';
  properties?: Record<string, PropertySchema>;
  required?: string[];
};

/** What the published schemas use of JSON Schema 2020-12. Every word of them costs the assistant tokens. */
export type PropertySchema = {
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array';
  description?: string;
  enum?: string[];
  default?: string | number | boolean;
  minimum?: number;
  maximum?: number;
  additionalProperties?: PropertySchema;
};

/** MCP tool annotations; all four hints are always given, because clients differ in what they assume. */
export interface ToolHints {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

/** What a long call tells the client while it runs. */
export interface Progress {
  message: string;
  /** 0 to 100. */
  percent?: number;
}

/** A stored file that stands in a result, told to the client as a `resource_link` beside the text. */
export interface FileLink {
  url: string;
  fileName: string;
  contentType: string;
  /** Bytes. */
  size: number;
}

export interface ToolOutput {
  /** Fits the tool's `outputSchema`; also the text, as compact JSON. */
  structured: Record<string, unknown>;
  links?: FileLink[];
}

export interface ToolContext {
  services: ToolServices;
  /** Aborted when the client goes away or cancels: the call ends, what it started goes on. */
  signal: AbortSignal;
  /** Tells the client how far the call is. Costs nothing when the client gave no progress token. */
  report(progress: Progress): void;
  /** The file that came in place of a text too long for an argument. */
  spooled: (text: string) => SpooledArgument | undefined;
}

/** One MCP tool. The file `run-model.tool.ts` holds the tool `run_model`. */
export interface Tool<Arguments = never> {
  name: string;
  title: string;
  /** When to use it, and which tool comes next. */
  description: string;
  annotations: ToolHints;
  inputSchema: ObjectSchema;
  outputSchema: ObjectSchema;
  /** A call may last minutes: it gets progress notifications and a stream that proxies do not cut. */
  long?: boolean;
  /** The argument that may be as large as the upload cap; calls without one stop at {@link MAX_ARGUMENT_BYTES}. */
  fileArgument?: string;
  /**
   * @param args checked against `inputSchema`, coerced, defaults filled in
   * @throws AppError for every mistake of the caller
   */
  handler(actor: Actor, args: Arguments, context: ToolContext): Promise<ToolOutput>;
}

/** JSON of a call to a tool that takes no file, in bytes. */
export const MAX_ARGUMENT_BYTES = 1024 * 1024;

/** Looks only at this server. */
export const READS: ToolHints = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** Adds something and changes nothing that is there. */
export const ADDS: ToolHints = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: false,
};

/** Ends something for good; a second call changes nothing. */
export const ENDS: ToolHints = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: true,
  openWorldHint: false,
};
