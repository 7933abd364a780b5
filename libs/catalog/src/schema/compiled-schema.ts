import formatsPlugin from 'ajv-formats';
import { Ajv2020, type Options, type ValidateFunction } from 'ajv/dist/2020.js';
import { LRUCache } from 'lru-cache';
import { RE2JS } from 're2js';
import type { FieldError } from '#libs/errors';
import type { JsonSchema } from '../catalog.types.js';
import { toFieldErrors } from './validation-messages.js';

/**
 * `pattern` on RE2: linear in the length of the input, whatever the pattern is. JavaScript's own engine can be sent
 * into minutes of backtracking by a schema that someone copied and an input that someone chose.
 */
const linearRegExp = Object.assign(
  (pattern: string) => {
    const compiled = RE2JS.compile(pattern);
    // Ajv tells the patterns of a schema apart by their text: without it all would be the first one.
    return { test: (text: string) => compiled.matcher(text).find(), toString: () => pattern };
  },
  { code: 'linearRegExp' },
);

/** ajv-formats is CommonJS; ESM and the tests' CommonJS rendering see its default export one level apart. */
const addFormats =
  (formatsPlugin as unknown as { default?: typeof formatsPlugin.default }).default ?? formatsPlugin;

/**
 * An instance per schema: two catalogue entries may carry the same `$id`, and dropping one lets all that was compiled
 * for it go. Not strict, since schemas carry keywords of their own (`x-max-bytes`, `x-order`).
 */
export function newAjv(other: Options = {}): Ajv2020 {
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    useDefaults: true,
    verbose: true,
    logger: false,
    code: { regExp: linearRegExp },
    validateSchema: false,
    // Else a field named `constructor` or `toString` would be there in every object.
    ownProperties: true,
    ...other,
  });
  (addFormats as unknown as (instance: Ajv2020, options: { mode: 'fast' | 'full' }) => void)(ajv, {
    mode: 'full',
  });
  return ajv;
}

/** A schema ready to validate with. */
export interface CompiledSchema {
  readonly schema: JsonSchema;
  /**
   * Fills defaults in place and checks.
   *
   * @returns every failing field; empty when the value fits
   */
  validate(value: unknown): FieldError[];
}

/** Compiles a schema that was checked when it was saved. */
export function compileSchema(schema: JsonSchema): CompiledSchema {
  const check: ValidateFunction = newAjv().compile(schema);
  return {
    schema,
    validate: (value) => (check(value) ? [] : toFieldErrors(check.errors ?? [])),
  };
}

/** Outputs come with the same few schemas over and over. */
const compiledByText = new LRUCache<string, CompiledSchema>({ max: 200 });

/**
 * Checks a value that no cache key goes with: examples, outputs of engines. The value is left as it is.
 *
 * @returns every failing field; empty when the value fits
 */
export function validateAgainst(schema: JsonSchema, value: unknown): FieldError[] {
  const key = JSON.stringify(schema);
  const compiled = compiledByText.get(key) ?? compileSchema(schema);
  compiledByText.set(key, compiled);
  return compiled.validate(structuredClone(value));
}
