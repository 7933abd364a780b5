import type { FieldError } from '#libs/errors';
import type { JsonObject } from '../catalog.types.js';

/** Largest definition, as JSON text. */
const MAX_CHARACTERS = 1024 * 1024;
/** Deepest nesting of one, counted in JSON values: deeper than any schema in it may be. */
const MAX_DEPTH = 100;

/** Half of a surrogate pair, or NUL: PostgreSQL's JSON holds neither. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/**
 * What keeps a definition from being stored at all: its size, its depth, or characters that the database cannot hold.
 *
 * @returns one problem at most, since nothing else is worth looking for then
 */
export function unstorableProblems(definition: JsonObject): FieldError[] {
  let characters = 0;
  const pending: { value: unknown; path: string; depth: number }[] = [
    { value: definition, path: '', depth: 0 },
  ];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { value, path, depth } = next;
    characters += typeof value === 'string' ? value.length : 4;
    if (characters > MAX_CHARACTERS)
      return [{ path: '', message: `is larger than ${MAX_CHARACTERS / 1024} KiB` }];
    if (depth > MAX_DEPTH) return [{ path, message: `is nested more than ${MAX_DEPTH} levels deep` }];
    if (typeof value === 'string' && UNSTORABLE.test(value))
      return [{ path, message: 'has a NUL character or half of a surrogate pair' }];
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, child] of Object.entries(value)) {
      characters += key.length;
      if (UNSTORABLE.test(key)) return [{ path, message: 'has a field name that cannot be stored' }];
      pending.push({ value: child, path: path ? `${path}.${key}` : key, depth: depth + 1 });
    }
  }
  return [];
}
