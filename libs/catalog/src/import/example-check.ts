import type { FieldError } from '#libs/errors';
import type { JsonObject, JsonSchema } from '../catalog.types.js';
import { newAjv, validateAgainst } from '../schema/compiled-schema.js';
import { isPlainThroughout } from './schema-check.js';
import { surelyFits } from './surely-fits.js';

/** An instance remembers something of all that it compiled, so it is let go now and then. */
const COMPILED_BY_ONE = 25;

let quick = newQuick();
let compiled = 0;

/** Compiles in a third of the time, and says only yes or no. */
function newQuick() {
  return newAjv({ allErrors: false, verbose: false, useDefaults: false, addUsedSchema: false });
}

/**
 * Everything in the values of examples that does not fit their schema, a list for each. Nearly all examples of a large
 * import fit: only where one does not is the schema compiled in the way that tells what is wrong.
 *
 * @param schema one without problems
 */
export function exampleErrors(schema: JsonSchema, values: readonly JsonObject[]): FieldError[][] {
  let fits: ReturnType<typeof quickCheck> | undefined;
  return values.map((value) => {
    if (surelyFits(schema, value)) return [];
    // Once for all of them, and not at all where no example needs it.
    if (fits === undefined) fits = isPlainThroughout(schema) ? quickCheck(schema) : null;
    return fits?.(value) ? [] : validateAgainst(schema, value);
  });
}

/** Null: it cannot be compiled quickly. The code for yes or no nests with each field, and thousands are too deep. */
function quickCheck(schema: JsonSchema): ((value: JsonObject) => boolean) | null {
  compiled += 1;
  if (compiled % COMPILED_BY_ONE === 0) quick = newQuick();
  try {
    const check = quick.compile(schema);
    return (value) => check(value);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  } finally {
    quick.removeSchema(schema);
  }
}
