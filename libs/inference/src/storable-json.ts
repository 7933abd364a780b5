/**
 * PostgreSQL's jsonb cannot hold a NUL character or half of a surrogate pair. `JSON.stringify` writes both as
 * escapes, and well-formed pairs never so. Every backslash in JSON begins an escape, so they are taken one after the
 * other: looking back from each would need a time that grows with the square of a run of backslashes.
 */
const ESCAPE = /\\(?:u[0-9a-f]{4}|.)/g;
const UNSTORABLE = /^\\u(?:0000|d[89a-f][0-9a-f]{2})$/;

const REPLACEMENT = '\ufffd';

/** True when jsonb takes the value as it is. */
export function isStorable(value: unknown): boolean {
  for (const [escape] of (JSON.stringify(value) ?? '').matchAll(ESCAPE)) {
    if (UNSTORABLE.test(escape)) return false;
  }
  return true;
}

/** JSON text for a jsonb column, U+FFFD in the place of what it cannot hold; null for a missing value. */
export function storableJson(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return JSON.stringify(value).replace(ESCAPE, (escape) => (UNSTORABLE.test(escape) ? REPLACEMENT : escape));
}
