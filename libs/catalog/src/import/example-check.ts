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
 * Everything in an example's value that does not fit its schema. Nearly all examples of a large import fit, each with a
 * schema of its own: only where one does not is the schema compiled in the way that tells what is wrong.
 *
 * @param schema one without problems
 */
export function exampleErrors(schema: JsonSchema, value: JsonObject): FieldError[] {
  if (surelyFits(schema, value)) return [];
  return isPlainThroughout(schema) && fits(schema, value) ? [] : validateAgainst(schema, value);
}

function fits(schema: JsonSchema, value: JsonObject): boolean {
  compiled += 1;
  if (compiled % COMPILED_BY_ONE === 0) quick = newQuick();
  const result = quick.validate(schema, value);
  quick.removeSchema(schema);
  return result;
}
