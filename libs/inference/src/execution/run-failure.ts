import { asSentence, toAppError } from '#libs/errors';
import type { RequestError } from '../inference-request.entity.js';

/**
 * What the owner reads about a failure. An error thrown on purpose says it itself; the cause of anything else stays
 * in the log.
 */
export function toRequestError(thrown: unknown): RequestError {
  const error = toAppError(thrown);
  const { validationErrors = [], nextStep } = error.details;
  const fields = validationErrors
    // An error of one field often says in its own sentence what is wrong with it.
    .filter(({ message }) => !error.message.includes(message))
    .map(({ path, message }) => `${path || 'output'} ${message}`);
  const parts = [error.message, fields.length > 0 && asSentence(fields.join('; ')), nextStep];
  return { code: error.code, message: parts.filter(Boolean).join(' ') };
}
