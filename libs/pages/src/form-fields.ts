/** What a page's form sent; nothing of it is known to be what it should. */
export type FormFields = Record<string, unknown>;

/** A field that is there once, and can be stored. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && !value.includes('\0') ? value : undefined;
}

/** A field that may be there any number of times; what cannot be stored is left empty. */
export function texts(value: unknown): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).map((each) => text(each) ?? '');
}

export function uuid(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value)
    ? value
    : undefined;
}
