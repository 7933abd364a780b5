import { AppError, causeText } from '#libs/errors';
import type { Claim } from '../queueing/claims.repository.js';
import { toRequestError } from './run-failure.js';

/**
 * What the log has of a failed run: what its owner reads, and the cause, which only the log has. A mistake of the caller
 * is told to the caller alone.
 *
 * @returns null where nothing is to be logged
 */
export function failureText({ id, modelEndpoint }: Claim, error: unknown): string | null {
  const isOurs = error instanceof AppError;
  if (isOurs && error.kind !== 'internal' && error.kind !== 'unavailable') return null;
  const { code, message } = toRequestError(error);
  const cause = causeText(isOurs ? error.cause : error);
  return `${id} on ${modelEndpoint}: ${code}: ${message}${cause && `\n${cause}`}`;
}
