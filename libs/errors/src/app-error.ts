import { ERROR_CATALOGUE, type ErrorCode, type ErrorKind } from './error-catalogue.js';

/** One field of the caller's input that did not fit, named by its JSON path (`images.0`, `` for the whole). */
export interface FieldError {
  path: string;
  message: string;
}

/** The state that a thing has, when it is not the one that a change was meant for. */
export interface CurrentState {
  /** Its entity tag (rendered as `ETag`, too). */
  etag: string;
  /** RFC 3339; null when it was never changed. */
  changedAt: string | null;
  /** E-mail address; null when no person did it. */
  changedBy: string | null;
}

/** What an error carries beside its sentence. All of it may be shown to the caller. */
export interface ErrorDetails {
  /** Every failing field, never only the first. */
  validationErrors?: FieldError[];
  /** How many there are, where only the first are listed. */
  totalProblems?: number;
  /** What to do next, as a sentence. */
  nextStep?: string;
  /** Seconds after which a retry makes sense (rendered as `Retry-After`). */
  retryAfterSeconds?: number;
  /** What stands now, where the caller meant to change something older. */
  current?: CurrentState;
}

/**
 * The one error that the project throws on purpose. `message` is safe to show; `cause` goes to the log only.
 * The three renderers (REST, OAuth, MCP) read nothing but the code, the message and the details.
 */
export class AppError extends Error {
  readonly kind: ErrorKind;

  constructor(
    readonly code: ErrorCode,
    message?: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message ?? ERROR_CATALOGUE[code].message, options);
    this.name = 'AppError';
    this.kind = ERROR_CATALOGUE[code].kind;
  }
}

/** The text that a caller may see for any thrown value: 5xx texts are fixed, their cause stays in the log. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError(isDiskFull(error) ? 'storage_full' : 'internal_error', undefined, {}, { cause: error });
}

/** By the code of the system; by its words where the error comes from a library or a program that keeps them only. */
export function isDiskFull(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (code === 'ENOSPC' || code === 'EDQUOT') return true;
  return /No space left on device|Disk quota exceeded/.test(String(message));
}
