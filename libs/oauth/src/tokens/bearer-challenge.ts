/** RFC 6750 §3.1 */
export type BearerError = 'invalid_request' | 'invalid_token' | 'insufficient_scope';

export interface BearerChallenge {
  /** Absent when the request showed no token at all: then there is nothing to be wrong (RFC 6750 §3.1). */
  error?: BearerError;
  description?: string;
  /** URL of the protected resource metadata (RFC 9728 §5.1). */
  resourceMetadata: string;
  /** What the client should ask for (RFC 6750 §3). */
  scope: string;
}

/** The value of `WWW-Authenticate`. Every part is our own text, free of quotes. */
export function bearerChallenge({ error, description, resourceMetadata, scope }: BearerChallenge): string {
  const parameters = { error, error_description: description, resource_metadata: resourceMetadata, scope };
  const pairs = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}="${value}"`);
  return `Bearer ${pairs.join(', ')}`;
}

/** The HTTP status that belongs to each (RFC 6750 §3.1). */
export function bearerStatus(error: BearerError | undefined): number {
  if (error === 'invalid_request') return 400;
  return error === 'insufficient_scope' ? 403 : 401;
}

/**
 * Whether the request shows its token in a way that no honest client does (RFC 6750 §2): in two headers, or in the
 * header and the query at once.
 *
 * @param rawHeaders as Node gives them: name, value, name, value …
 */
export function presentsTokenTwice(rawHeaders: readonly string[], query: unknown): boolean {
  let headers = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 13 && name.toLowerCase() === 'authorization') headers += 1;
  }
  const inQuery = typeof query === 'object' && query !== null && 'access_token' in query;
  return headers > 1 || (headers === 1 && inQuery);
}
