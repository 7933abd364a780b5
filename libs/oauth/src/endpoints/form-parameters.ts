import type { FastifyRequest } from 'fastify';
import { OAuthError } from '../oauth-error.js';

/** The parameters of a form body, each at most once, and none of them empty. */
export type FormParameters = Readonly<Partial<Record<string, string>>>;

const MAX_PARAMETERS = 50;

/**
 * The parameters of a token or revocation request (RFC 6749 §3.2): from a form body and nowhere else, so that a
 * secret in the query is as good as absent. Repeated parameters are refused (§3.1), empty ones count as absent.
 *
 * @throws OAuthError `invalid_request`
 */
export function readFormParameters(request: Pick<FastifyRequest, 'headers' | 'body'>): FormParameters {
  const [mediaType = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  if (mediaType.trim().toLowerCase() !== 'application/x-www-form-urlencoded') {
    throw new OAuthError('invalid_request', 'The body must be application/x-www-form-urlencoded.');
  }
  const entries = Object.entries((request.body ?? {}) as Record<string, unknown>);
  if (entries.length > MAX_PARAMETERS)
    throw new OAuthError('invalid_request', 'There are too many parameters.');
  const parameters: Record<string, string> = {};
  for (const [name, value] of entries) {
    if (typeof value !== 'string')
      throw new OAuthError('invalid_request', 'A parameter is given more than once.');
    if (value.includes('\0'))
      throw new OAuthError('invalid_request', 'A parameter contains a NUL character.');
    if (value !== '') parameters[name] = value;
  }
  return parameters;
}

/** @throws OAuthError `invalid_request` */
export function requireParameter(parameters: FormParameters, name: string): string {
  const value = parameters[name];
  if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing.`);
  return value;
}
