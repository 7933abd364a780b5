import type { ErrorObject } from 'ajv';
import { type FieldError, nearestWord } from '#libs/errors';

/** Most errors reported for one value; more would bury the first. */
const MAX_ERRORS = 19;
/** Of a flood of errors only the first are looked at. */
const MAX_EXAMINED = 1000;
const MAX_CHOICES = 20;
const MAX_REASONS = 5;

/** Turns Ajv's errors into one sentence per failing field, each field and sentence once. */
export function toFieldErrors(errors: readonly ErrorObject[]): FieldError[] {
  const examined = errors.slice(0, MAX_EXAMINED);
  const pending = withoutBranches(examined).filter((error) => error.keyword !== 'if');
  const told = new Map<string, FieldError>();
  // Wording looks for the nearest names, which takes time: nothing is worded that is not shown.
  while (pending.length > 0 && told.size < MAX_ERRORS) {
    const error = toFieldError(withReasons(pending.shift() as ErrorObject, examined));
    told.set(`${error.path}\n${error.message}`, error);
  }
  if (pending.length === 0) return [...told.values()];
  const atLeast = errors.length > MAX_EXAMINED ? 'at least ' : '';
  return [...told.values(), { path: '', message: `has ${atLeast}${count(pending.length, 'more problem')}` }];
}

const isUnion = ({ keyword }: ErrorObject): boolean => keyword === 'anyOf' || keyword === 'oneOf';

const isInside = (error: ErrorObject, union: ErrorObject): boolean =>
  error !== union && error.schemaPath.startsWith(`${union.schemaPath}/`);

/** Errors of the single branches of a union say little one by one: they become part of the union's own sentence. */
function withoutBranches(errors: readonly ErrorObject[]): ErrorObject[] {
  const unions = errors.filter(isUnion);
  return errors.filter((error) => !unions.some((union) => isInside(error, union)));
}

function withReasons(error: ErrorObject, all: readonly ErrorObject[]): ErrorObject {
  if (!isUnion(error)) return error;
  const inside = all.filter((other) => isInside(other, error)).slice(0, MAX_CHOICES);
  const reasons = [...new Set(inside.map((other) => toFieldError(other).message))].slice(0, MAX_REASONS);
  return { ...error, params: { ...error.params, reasons } };
}

function toFieldError(error: ErrorObject): FieldError {
  const at = pathOf(error.instancePath);
  const params = error.params as Record<string, unknown>;
  const message = sentence(error, params);
  if (error.keyword === 'required' || error.keyword === 'dependentRequired') {
    return { path: join(at, String(params.missingProperty)), message };
  }
  const extra = params.additionalProperty ?? params.unevaluatedProperty ?? params.propertyName;
  return { path: typeof extra === 'string' ? join(at, extra) : at, message };
}

/** `/images/0/url` → `images.0.url`, the form of every `validationErrors` path. */
function pathOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.');
}

const join = (path: string, name: string): string => (path ? `${path}.${name}` : name);

type Sentence = (params: Record<string, unknown>, error: ErrorObject) => string;

const SENTENCES: Readonly<Record<string, Sentence>> = {
  required: () => 'is required',
  dependentRequired: (params) => `is required together with ${String(params.property)}`,
  additionalProperties: (params, error) => unknownField(String(params.additionalProperty), error),
  unevaluatedProperties: (params, error) => unknownField(String(params.unevaluatedProperty), error),
  type: (params, error) => `must be ${typeWords(params.type)}, not ${valueWords(error.data)}`,
  enum: (params) => `must be one of: ${choices(params.allowedValues)}`,
  const: (params) => `must be ${JSON.stringify(params.allowedValue)}`,
  format: (params, error) => formatSentence(String(params.format), error),
  pattern: (params) => `must match the pattern ${String(params.pattern)}`,
  minimum: (params) => `must be at least ${String(params.limit)}`,
  maximum: (params) => `must be at most ${String(params.limit)}`,
  exclusiveMinimum: (params) => `must be more than ${String(params.limit)}`,
  exclusiveMaximum: (params) => `must be less than ${String(params.limit)}`,
  multipleOf: (params) => `must be a multiple of ${String(params.multipleOf)}`,
  minLength: (params) =>
    params.limit === 1 ? 'must not be empty' : `must have at least ${String(params.limit)} characters`,
  maxLength: (params) => `must have at most ${String(params.limit)} characters`,
  minItems: (params) => `must have at least ${count(params.limit, 'item')}`,
  maxItems: (params) => `must have at most ${count(params.limit, 'item')}`,
  minProperties: (params) => `must have at least ${count(params.limit, 'field')}`,
  maxProperties: (params) => `must have at most ${count(params.limit, 'field')}`,
  uniqueItems: (params) =>
    `has the same item twice (numbers ${String(params.j)} and ${String(params.i)}, from 0)`,
  anyOf: (params) => unionSentence('fits none of the allowed forms', params),
  oneOf: (params) =>
    params.passingSchemas
      ? 'fits more than one of the allowed forms'
      : unionSentence('fits none of the allowed forms', params),
  not: () => 'has a value that is not allowed',
  'false schema': () => 'is not allowed',
};

function sentence(error: ErrorObject, params: Record<string, unknown>): string {
  const known = Object.hasOwn(SENTENCES, error.keyword) ? SENTENCES[error.keyword] : undefined;
  return known?.(params, error) ?? error.message ?? 'does not fit the schema';
}

function unknownField(name: string, error: ErrorObject): string {
  const properties = (error.parentSchema as { properties?: object } | undefined)?.properties ?? {};
  const known = Object.keys(properties);
  const near = nearestWord(name, known);
  if (near) return `is not a known field; did you mean ${near}?`;
  return known.length ? `is not a known field; the fields are ${list(known)}` : 'is not a known field';
}

const ARTICLES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
  null: 'null',
};

function typeWords(type: unknown): string {
  return (Array.isArray(type) ? type : [type])
    .map((name) => ARTICLES[String(name)] ?? String(name))
    .join(' or ');
}

function valueWords(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  if (typeof value !== 'string') return JSON.stringify(value);
  return `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
}

function formatSentence(format: string, error: ErrorObject): string {
  if (!/^(uri|url|iri)/.test(format)) return `must be a valid ${format}`;
  const accepts = (error.parentSchema as { contentMediaType?: string } | undefined)?.contentMediaType;
  const what = accepts ? `the URL of a file (${accepts})` : 'a URL';
  return `must be ${what} that starts with https:// or http://; upload_file makes one from a file`;
}

function unionSentence(lead: string, params: Record<string, unknown>): string {
  const reasons = Array.isArray(params.reasons) ? (params.reasons as string[]) : [];
  return reasons.length ? `${lead}: it ${reasons.join(', or ')}` : lead;
}

function choices(values: unknown): string {
  return list(
    (Array.isArray(values) ? values : []).map((value) =>
      typeof value === 'string' ? value : JSON.stringify(value),
    ),
  );
}

function list(words: string[]): string {
  const shown = words.slice(0, MAX_CHOICES).join(', ');
  return words.length > MAX_CHOICES ? `${shown} and ${words.length - MAX_CHOICES} more` : shown;
}

const count = (limit: unknown, noun: string): string => `${String(limit)} ${noun}${limit === 1 ? '' : 's'}`;
