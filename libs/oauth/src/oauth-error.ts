import { HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AppError, HTTP_STATUS } from '#libs/errors';
import { frameworkStatus } from '#libs/http';

/** RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 7591 §3.2.2, RFC 8707 §2. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'access_denied'
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'unauthorized'
  | 'temporarily_unavailable'
  | 'server_error';

/**
 * An error in the words of OAuth: `{error, error_description}`. Clients act on the code (`invalid_client`: register
 * anew, `invalid_grant`: sign in anew), so it is chosen with care. It is an HttpException so that any filter renders it.
 */
export class OAuthError extends HttpException {
  constructor(
    readonly code: OAuthErrorCode,
    readonly description: string,
    status = 400,
    /** Response headers, e.g. `www-authenticate`. */
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super({ error: code, error_description: description }, status);
    this.name = 'OAuthError';
    this.message = description;
  }
}

/** Any thrown value in the words of OAuth. 5xx texts are fixed (nothing of the cause leaks). */
export function toOAuthError(thrown: unknown): OAuthError {
  if (thrown instanceof OAuthError) return thrown;
  if (thrown instanceof AppError) return fromAppError(thrown);
  const status = frameworkStatus(thrown);
  if (status === 413) return new OAuthError('invalid_request', 'The request body is too large.', 413);
  if (status !== undefined && status < 500) {
    return new OAuthError('invalid_request', 'The request body is not what this endpoint reads.');
  }
  return new OAuthError('server_error', 'Something went wrong on the server.', 500);
}

function fromAppError(error: AppError): OAuthError {
  const status = HTTP_STATUS[error.kind];
  const { retryAfterSeconds } = error.details;
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds)) };
  if (status === 429 || status === 503)
    return new OAuthError('temporarily_unavailable', error.message, status, headers);
  if (status >= 500) return new OAuthError('server_error', error.message, status);
  return new OAuthError('invalid_request', error.message, status);
}

/** RFC 6749 §5.2: JSON, never cached. */
export function sendOAuthError(reply: FastifyReply, error: OAuthError): void {
  void reply
    .status(error.getStatus())
    .headers(error.headers)
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .type('application/json')
    .send(error.getResponse());
}
