import { AppError } from '#libs/errors';

/** What the choice needs to know of a base model. */
export interface BaseModelOption {
  endpoint: string;
  isDefault: boolean;
}

/**
 * Picks the base model that runs: the one that the input's `base_model` names, else the default. With a single base
 * model `base_model` is ignored.
 *
 * @throws AppError `invalid_input` when it names none of the wrapper's own
 */
export function chooseBaseModel<Option extends BaseModelOption>(
  wrapper: string,
  options: readonly Option[],
  wanted: unknown,
): Option {
  const fallback = options.find((option) => option.isDefault) ?? options[0];
  if (!fallback)
    throw new AppError('internal_error', undefined, {}, { cause: new Error(`${wrapper} has no base model`) });
  if (options.length === 1 || wanted === undefined || wanted === null || wanted === '') return fallback;
  const name = typeof wanted === 'string' ? wanted.trim().toLowerCase() : '';
  const chosen = options.find((option) => option.endpoint === name);
  if (chosen) return chosen;
  const allowed = options.map((option) => option.endpoint).join(', ');
  throw new AppError('invalid_input', `The input does not fit ${wrapper}.`, {
    validationErrors: [{ path: 'base_model', message: `must be one of: ${allowed}` }],
    nextStep: `Leave base_model out to run on ${fallback.endpoint}.`,
  });
}
