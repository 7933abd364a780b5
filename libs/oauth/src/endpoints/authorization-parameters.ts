import { isCodeChallenge } from '../grants/pkce.js';
import { meansResource } from '../grants/resource-indicator.js';
import { isWellFormedScope, narrowScope } from '../grants/scopes.js';
import { OAuthError } from '../oauth-error.js';

/** A query as Fastify parses it: a repeated parameter becomes an array. */
export type Query = Readonly<Record<string, string | string[] | undefined>>;

/** A checked authorization request (RFC 6749 §4.1.1), but for client and redirect URI. */
export interface AuthorizationParameters {
  scopes: string[];
  codeChallenge: string;
}

const MAX_STATE_LENGTH = 8_192;

/** The parameter if it is there exactly once. */
export function single(query: Query, name: string): string | undefined {
  const value = query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whether any parameter is repeated, but `resource`, which may be (RFC 8707 §2). */
function repeatedParameter(query: Query): string | undefined {
  return Object.keys(query).find((name) => name !== 'resource' && Array.isArray(query[name]));
}

/**
 * Checks what the client asks for, after client and redirect URI are known to be right.
 * @throws OAuthError with the code that goes back to the client by redirect
 */
export function readAuthorizationParameters(query: Query, resource: string): AuthorizationParameters {
  const repeated = repeatedParameter(query);
  if (repeated !== undefined) {
    throw new OAuthError('invalid_request', `${describeName(repeated)} is given more than once.`);
  }
  if (Object.values(query).some((value) => value?.includes('\0'))) {
    throw new OAuthError('invalid_request', 'A parameter contains a NUL character.');
  }
  if ((single(query, 'state')?.length ?? 0) > MAX_STATE_LENGTH) {
    throw new OAuthError('invalid_request', `state is longer than ${MAX_STATE_LENGTH} characters.`);
  }
  requireResponseTypeCode(query);
  const codeChallenge = requireCodeChallenge(query);
  requireResource(query, resource);
  return { codeChallenge, scopes: readScopes(query) };
}

/** A stranger's name of a parameter may have characters that no error_description may have (§4.1.2.1). */
function describeName(name: string): string {
  return /^\w{1,40}$/.test(name) ? name : 'A parameter';
}

/** RFC 6749 §3.1.1 */
function requireResponseTypeCode(query: Query): void {
  const responseType = single(query, 'response_type');
  if (responseType === undefined) throw new OAuthError('invalid_request', 'response_type is missing.');
  if (responseType !== 'code')
    throw new OAuthError('unsupported_response_type', 'response_type must be code.');
}

/** RFC 7636 §4.3, for every client; `plain` does not exist here. */
function requireCodeChallenge(query: Query): string {
  const challenge = single(query, 'code_challenge');
  if (challenge === undefined) throw new OAuthError('invalid_request', 'code_challenge is missing (PKCE).');
  if (single(query, 'code_challenge_method') !== 'S256') {
    throw new OAuthError('invalid_request', 'code_challenge_method must be S256.');
  }
  if (!isCodeChallenge(challenge))
    throw new OAuthError('invalid_request', 'code_challenge is not a S256 challenge.');
  return challenge;
}

/** RFC 8707 §2 */
function requireResource(query: Query, resource: string): void {
  const requested = [query.resource ?? []].flat().filter((value) => value !== '');
  if (!meansResource(requested, resource)) {
    throw new OAuthError('invalid_target', `The resource of this server is ${resource}.`);
  }
}

/** RFC 6749 §3.3 */
function readScopes(query: Query): string[] {
  const scope = single(query, 'scope') ?? '';
  if (!isWellFormedScope(scope))
    throw new OAuthError('invalid_scope', 'scope contains characters that it may not.');
  return narrowScope(scope);
}
