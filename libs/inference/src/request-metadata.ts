import { AppError, type FieldError } from '#libs/errors';
import { isStorable } from './storable-json.js';

/** The caller's own labels of a request. */
export type RequestMetadata = Record<string, string>;

const MOST_KEYS = 16;
const LONGEST_KEY = 64;
const LONGEST_VALUE = 512;

/**
 * Holds metadata to its limits: a flat map of at most 16 keys of 1–64 characters, values of at most 512.
 * @throws AppError invalid_request that names every key that does not fit
 */
export function assertMetadata(metadata: RequestMetadata | undefined): void {
  if (metadata === undefined) return;
  const errors = metadataErrors(metadata);
  if (errors.length > 0) {
    throw new AppError('invalid_request', 'The metadata does not fit its limits.', {
      validationErrors: errors,
    });
  }
}

function metadataErrors(metadata: RequestMetadata): FieldError[] {
  const entries = Object.entries(metadata as Record<string, unknown>);
  const errors: FieldError[] = [];
  if (entries.length > MOST_KEYS) {
    errors.push({ path: 'metadata', message: `must have at most ${MOST_KEYS} keys` });
  }
  for (const [key, value] of entries) {
    const path = `metadata.${key.slice(0, LONGEST_KEY)}`;
    if (key.length === 0 || key.length > LONGEST_KEY) {
      errors.push({ path, message: `the key must have 1 to ${LONGEST_KEY} characters` });
    }
    if (typeof value !== 'string') errors.push({ path, message: 'must be a string' });
    else if (value.length > LONGEST_VALUE) {
      errors.push({ path, message: `must have at most ${LONGEST_VALUE} characters` });
    } else if (!isStorable({ [key]: value })) {
      errors.push({ path, message: 'must be valid Unicode without NUL' });
    }
  }
  return errors;
}
