/**
 * Whether every `resource` of a request (RFC 8707 §2) means this server's resource. None at all does, too: clients
 * of the 2025-03-26 revision send none. Scheme and host in capitals and a trailing slash are forgiven, as clients
 * that go through `URL` change them; another path, a query or a fragment are not.
 */
export function meansResource(requested: readonly string[], resource: string): boolean {
  const own = normalise(resource);
  return requested.every((value) => normalise(value) === own);
}

function normalise(value: string): string | undefined {
  if (!URL.canParse(value) || value.includes('#')) return undefined;
  const url = new URL(value);
  if (url.username || url.password) return undefined;
  return `${url.origin}${url.pathname.replace(/\/$/, '')}${url.search}`;
}
