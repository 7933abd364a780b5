/** What went wrong, in the coarse classes that each renderer maps to its own status. */
export type ErrorKind =
  | 'bad_request'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'precondition_failed'
  | 'precondition_required'
  | 'too_large'
  | 'unprocessable'
  | 'rate_limited'
  | 'internal'
  | 'unavailable';

interface CatalogueEntry {
  kind: ErrorKind;
  /** The sentence shown when the thrower gives none of its own. */
  message: string;
}

const entry = (kind: ErrorKind, message: string): CatalogueEntry => ({ kind, message });

/** Every error that the server may show, by its stable code (docs/errors.md is written from this table). */
export const ERROR_CATALOGUE = {
  invalid_request: entry('bad_request', 'The request is not well formed.'),
  invalid_input: entry('unprocessable', 'The input does not fit the schema.'),
  invalid_file: entry('unprocessable', 'The file cannot be used.'),
  unreachable_url: entry('unprocessable', 'The URL could not be fetched.'),
  blocked_url: entry('unprocessable', 'The URL points to an address that this server does not fetch from.'),
  file_too_large: entry('too_large', 'The file is too large.'),
  body_too_large: entry('too_large', 'The request body is too large.'),
  storage_quota_exceeded: entry('forbidden', 'Your files take all the room that you may use.'),
  too_many_uploads: entry('rate_limited', 'Too many of your uploads arrive at once.'),
  unauthenticated: entry('unauthenticated', 'Sign in first.'),
  invalid_credentials: entry('unauthenticated', 'The e-mail or the password is wrong.'),
  forbidden: entry('forbidden', 'You may not do that.'),
  csrf: entry('forbidden', 'This form has expired. Go back, reload the page and try again.'),
  not_found: entry('not_found', 'There is no such thing.'),
  endpoint_not_found: entry('not_found', 'There is no such endpoint.'),
  request_not_found: entry('not_found', 'There is no such request.'),
  conflict: entry('conflict', 'Someone else changed this first.'),
  precondition_failed: entry('precondition_failed', 'Someone else changed this after you read it.'),
  precondition_required: entry(
    'precondition_required',
    'The header If-Match must name the state that is changed: the ETag that you read.',
  ),
  rate_limited: entry('rate_limited', 'Too many requests. Try again later.'),
  invalid_output: entry('internal', 'The model made an output that does not fit its schema.'),
  engine_failed: entry('internal', 'The model failed on this input.'),
  engine_timeout: entry('internal', 'The model took longer than it may and was stopped.'),
  engine_out_of_memory: entry('internal', 'The model needed more memory than it may use and was stopped.'),
  engine_crashed: entry('internal', 'The process that ran the model ended unexpectedly.'),
  engine_unavailable: entry('unavailable', 'No engine for this model is configured on this server.'),
  cancelled: entry('conflict', 'The request was cancelled.'),
  storage_full: entry(
    'unavailable',
    'The server has no room left for files. Its operator has to make some; try again later.',
  ),
  unavailable: entry('unavailable', 'The server cannot answer this now. Try again in a moment.'),
  internal_error: entry(
    'internal',
    'Something went wrong on the server. The log has the cause under the request id.',
  ),
} satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERROR_CATALOGUE;

/** HTTP status of each kind (RFC 9110 §15, RFC 6585). */
export const HTTP_STATUS: Record<ErrorKind, number> = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  precondition_required: 428,
  too_large: 413,
  unprocessable: 422,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
};
