import { AppError, type FieldError } from '#libs/errors';
import type { FileInput } from './run-plan.js';

/**
 * Refuses an input whose file URLs this server would never fetch, before it is queued.
 * @param assertFetchable throws for one URL
 * @throws AppError of the first refusal, with every refused field
 */
export function assertFetchableInputs(
  files: (FileInput & { path: string })[],
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
      validationErrors.push({ path, message: error.message });
    }
  }
  if (first !== null) throw new AppError(first.code, first.message, { ...first.details, validationErrors });
}
