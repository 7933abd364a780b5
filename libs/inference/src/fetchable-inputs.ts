import { AppError, type FieldError } from '#libs/errors';
import type { FileInput } from './run-plan.js';

/**
 * Refuses an input whose file URLs this server would never fetch, before it is queued.
 * @param files as the model's input has them
 * @param input the caller's own input: for a wrapper its fields are the ones that the caller knows
 * @param assertFetchable throws for one URL
 * @throws AppError with the code of the first refusal and every refused field
 */
export function assertFetchableInputs(
  files: (FileInput & { path: string })[],
  input: Record<string, unknown>,
  assertFetchable: (url: string) => void,
): void {
  let first: AppError | null = null;
  const validationErrors: FieldError[] = [];
  for (const { path, url } of files) {
    try {
      assertFetchable(url);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      first ??= error;
      const reason = error.message.replace(/\.$/, '');
      validationErrors.push({ path: pathOf(url, input) ?? path, message: `cannot be used: ${reason}` });
    }
  }
  if (first === null) return;
  throw new AppError(first.code, 'The input names a file that this server does not fetch.', {
    ...first.details,
    validationErrors,
  });
}

/** Where the caller wrote the text, such as `photos.0`. */
function pathOf(text: string, value: unknown): string | null {
  if (value === text) return '';
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const below = pathOf(text, inner);
    if (below !== null) return below === '' ? key : `${key}.${below}`;
  }
  return null;
}
