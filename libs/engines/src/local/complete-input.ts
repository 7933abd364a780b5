import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { AppError, type FieldError } from '#libs/errors';
import type { ModelCard } from '../model-card.js';

/** A field that the card does not know is passed over: the model would not look at it. */
const ajv = new Ajv2020({
  strict: false,
  allErrors: true,
  verbose: true,
  useDefaults: true,
  removeAdditional: true,
  validateFormats: false,
  ownProperties: true,
});

const checks = new Map<ModelCard, ValidateFunction>();

/**
 * The input as the model of this card takes it. A model of the catalogue may run on a local model with a schema of its
 * own, which knows fewer fields or allows more than the card.
 *
 * @returns a copy with the card's defaults for what is absent
 * @throws AppError `invalid_input` with each field that the card does not take
 */
export function completeInput(card: ModelCard, input: Record<string, unknown>): Record<string, unknown> {
  const check = checks.get(card) ?? ajv.compile(card.inputSchema);
  checks.set(card, check);
  const completed = structuredClone(input);
  if (check(completed)) return completed;
  const validationErrors = (check.errors ?? []).map(fieldError);
  const [first] = validationErrors;
  throw new AppError(
    'invalid_input',
    `The local model ${card.alias} cannot run this: ${first?.path} ${first?.message}.`,
    {
      validationErrors,
    },
  );
}

function fieldError({ keyword, instancePath, params, message, schema }: ErrorObject): FieldError {
  const missing = keyword === 'required' ? [String(params.missingProperty)] : [];
  const path = [...instancePath.split('/').slice(1), ...missing].join('.');
  if (keyword === 'required') return { path, message: 'is required' };
  if (keyword === 'enum') return { path, message: `must be one of ${(schema as unknown[]).join(', ')}` };
  return { path, message: message ?? 'does not fit' };
}
