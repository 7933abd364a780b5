/**
 * PostgreSQL's jsonb cannot hold a NUL character or half of a surrogate pair. `JSON.stringify` writes both as
 * escapes, and well-formed pairs never so; an even number of backslashes before belongs to the text itself.
 */
const UNSTORABLE = /(?<=(?:^|[^\\])(?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi;

/** True when jsonb takes the value as it is. */
export function isStorable(value: unknown): boolean {
  return (JSON.stringify(value) ?? '').search(UNSTORABLE) === -1;
}

/** JSON text for a jsonb column, U+FFFD in the place of what it cannot hold; null for a missing value. */
export function storableJson(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return JSON.stringify(value).replace(UNSTORABLE, '\ufffd');
}
