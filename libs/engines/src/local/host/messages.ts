import { AppError, causeText, isDiskFull, toAppError, type ErrorCode, type ErrorDetails } from '#libs/errors';
import { OutputFile } from '../../engine.port.js';
import type { LocalModelJob } from '../local-model.js';

/** What the engine tells its process. */
export type HostMessage =
  | {
      type: 'run';
      /** Which model: one of the product's own by alias, or (in tests) the module at a file URL. */
      model: { alias: string } | { moduleUrl: string };
      job: LocalModelJob;
      settings: { ffmpegPath: string | undefined };
    }
  | { type: 'abort' };

/** What the process tells the engine. One `done` or `failed` ends each run. */
export type ProcessMessage =
  | { type: 'progress'; percent: number; step?: string }
  | { type: 'log'; line: string }
  | { type: 'done'; output: Record<string, unknown> }
  | { type: 'failed'; error: WireError };

/** An error on its way between the processes. Without `code` it was not thrown on purpose. */
export interface WireError {
  code?: ErrorCode;
  message: string;
  details?: ErrorDetails;
  /** For the log only. */
  stack?: string;
}

const FILE_MARK = '$outputFile';

/** Structured cloning drops classes, so output files travel as marked plain objects. */
export function packOutput(value: unknown): unknown {
  if (value instanceof OutputFile) return { [FILE_MARK]: { ...value } };
  return mapChildren(value, packOutput);
}

export function unpackOutput(value: unknown): unknown {
  if (isRecord(value) && FILE_MARK in value) {
    const { path, contentType, fileName } = value[FILE_MARK] as OutputFile;
    return new OutputFile(path, contentType, fileName);
  }
  return mapChildren(value, unpackOutput);
}

function mapChildren(value: unknown, map: (child: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(map);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, map(child)]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function packError(error: unknown): WireError {
  if (error instanceof AppError) {
    // Where it was thrown tells the most where nothing else caused it.
    const stack = causeText(error.cause ?? error);
    return { code: error.code, message: error.message, details: error.details, stack };
  }
  if (isDiskFull(error)) return packError(toAppError(error));
  return { message: error instanceof Error ? error.message : String(error), stack: causeText(error) };
}

/** An error that was not thrown on purpose says nothing to the caller; its cause is for the log. */
export function unpackError(error: WireError): AppError {
  const cause = error.stack ?? error.message;
  if (error.code) return new AppError(error.code, error.message, error.details, { cause });
  return new AppError('engine_failed', undefined, {}, { cause });
}
