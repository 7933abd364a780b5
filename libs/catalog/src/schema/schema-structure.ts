import type { JsonSchema } from '../catalog.types.js';
import { atPointer, isJsonObject } from './local-ref.js';

/** Keywords whose schemas apply to the very value that the schema itself applies to. */
const SAME_VALUE = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else'] as const;

/**
 * What a compiler takes, and no value could ever be checked with or no caller could ever give.
 *
 * @returns what is wrong with the schema, or null
 */
export function structureProblem(schema: JsonSchema): string | null {
  const sound = new Set<unknown>();
  const pending: unknown[] = [schema];
  const seen = new Set<unknown>();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    const { properties } = next as JsonSchema;
    if (isJsonObject(properties) && Object.hasOwn(properties, '__proto__'))
      return 'may not have a field named __proto__';
    if (comesBack(schema, next, sound, new Set())) return 'refers to itself without end';
    for (const child of Object.values(next) as unknown[]) if (child !== undefined) pending.push(child);
  }
  return null;
}

/** Whether checking a value against the schema leads to the same schema again, with the same value. */
function comesBack(root: JsonSchema, schema: unknown, sound: Set<unknown>, above: Set<unknown>): boolean {
  if (!isJsonObject(schema) || sound.has(schema)) return false;
  if (above.has(schema)) return true;
  above.add(schema);
  const target = typeof schema.$ref === 'string' ? atPointer(root, schema.$ref) : undefined;
  const inside = [target, ...SAME_VALUE.flatMap((key) => schema[key])];
  if (inside.some((child) => comesBack(root, child, sound, above))) return true;
  above.delete(schema);
  sound.add(schema);
  return false;
}
