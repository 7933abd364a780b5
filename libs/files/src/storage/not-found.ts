import { AppError } from '#libs/errors';

/** True for the error of a key under which there is nothing. */
export function isNotFound(error: unknown): boolean {
  return error instanceof AppError && error.code === 'not_found';
}
