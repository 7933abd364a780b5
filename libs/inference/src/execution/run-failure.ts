import { AppError, ERROR_CATALOGUE } from '#libs/errors';
import type { RequestError } from '../inference-request.entity.js';

/**
 * What the owner reads about a failure. An error thrown on purpose says it itself; the cause of anything else stays
 * in the log.
 */
export function toRequestError(error: unknown): RequestError {
  if (!(error instanceof AppError))
    return { code: 'internal_error', message: ERROR_CATALOGUE.internal_error.message };
  const fields = (error.details.validationErrors ?? []).map(
    ({ path, message }) => `${path || 'output'} ${message}`,
  );
  return {
    code: error.code,
    message: fields.length > 0 ? `${error.message} ${fields.join('; ')}` : error.message,
  };
}
