import type { JsonSchema } from '../catalog.types.js';
import { isJsonObject } from '../schema/local-ref.js';

type Check = (bound: never, value: never, schema: JsonSchema) => boolean;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  number: isNumber,
  integer: (value) => isNumber(value) && Number.isInteger(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: Array.isArray,
  object: isJsonObject,
};

const isScalar = (value: unknown) => value === null || typeof value !== 'object';

/** Keywords that say nothing about a value. */
const SILENT = [
  ...['title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly', '$schema'],
  ...['$comment', 'contentMediaType', 'contentEncoding', '$defs'],
];

/** What nobody doubts to be a URI. */
const COMMON_URL = /^https?:\/\/[a-z0-9][a-z0-9.-]{0,250}(\/[A-Za-z0-9._~/-]{0,2000})?$/;

/** Every keyword that is understood here, and whether a value of the kind that it is for fits it. */
const KEYWORDS: Readonly<Record<string, Check>> = {
  ...Object.fromEntries(SILENT.map((keyword) => [keyword, () => true])),
  type: (type: string | string[], value: unknown) => [type].flat().some((name) => TYPES[name]?.(value)),
  enum: (values: unknown[], value: unknown) => isScalar(value) && values.includes(value),
  const: (only: unknown, value: unknown) => isScalar(value) && only === value,
  minimum: (bound: number, value: unknown) => !isNumber(value) || value >= bound,
  maximum: (bound: number, value: unknown) => !isNumber(value) || value <= bound,
  // In UTF-16 units a text is never shorter than in characters, so what is within these bounds may only be refused.
  maxLength: (bound: number, value: unknown) => typeof value !== 'string' || value.length <= bound,
  minLength: (bound: number, value: unknown) => typeof value !== 'string' || value.length >= 2 * bound,
  format: (format: string, value: unknown) =>
    typeof value !== 'string' || (format === 'uri' && COMMON_URL.test(value)),
  anyOf: (schemas: JsonSchema[], value: unknown) => schemas.some((schema) => surelyFits(schema, value)),
  allOf: (schemas: JsonSchema[], value: unknown) => schemas.every((schema) => surelyFits(schema, value)),
  minItems: (bound: number, value: unknown) => !Array.isArray(value) || value.length >= bound,
  maxItems: (bound: number, value: unknown) => !Array.isArray(value) || value.length <= bound,
  items: (schema: JsonSchema, value: unknown) =>
    !Array.isArray(value) || value.every((item) => surelyFits(schema, item)),
  required: (names: string[], value: unknown) =>
    !isJsonObject(value) || names.every((name) => Object.hasOwn(value, name)),
  properties: (properties: Record<string, JsonSchema>, value: unknown) =>
    !isJsonObject(value) ||
    Object.entries(properties).every(([name, schema]) =>
      Object.hasOwn(value, name)
        ? surelyFits(schema, value[name])
        : // A default is filled in, and judged like any value.
          !isJsonObject(schema) || schema.default === undefined || surelyFits(schema, schema.default),
    ),
  additionalProperties: (others: unknown, value: unknown, { properties = {} }: JsonSchema) =>
    !isJsonObject(value) ||
    others === true ||
    Object.keys(value).every((name) => Object.hasOwn(properties as object, name)),
};

/**
 * Whether a value fits a schema for certain, told without compiling it, which takes a thousand times longer. False means
 * only that this cannot tell: a keyword that is not understood here, or a value that may not fit.
 *
 * @param schema one without problems
 */
export function surelyFits(schema: unknown, value: unknown): boolean {
  if (!isJsonObject(schema)) return schema === true;
  return Object.entries(schema).every(([keyword, bound]) => {
    if (keyword.startsWith('x-')) return true;
    if (!Object.hasOwn(KEYWORDS, keyword)) return false;
    return (KEYWORDS[keyword] as Check)(bound as never, value as never, schema);
  });
}
