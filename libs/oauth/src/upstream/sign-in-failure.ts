import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client';
import type { IdentitiesService } from '#libs/accounts';

type Outcome = Awaited<ReturnType<IdentitiesService['signIn']>>;

/** Why the accounts of this server have no place for somebody. */
type IdentityRefusal = Extract<Outcome, { refused: unknown }>['refused'];

/** Why a sign-in with the identity provider ended without a session. */
export type FailureReason =
  | IdentityRefusal
  | 'domain_not_allowed'
  /** The answer belongs to no sign-in that this browser has on its way. */
  | 'unknown_state'
  /** The answer does not hold what it must. */
  | 'invalid_answer'
  /** The provider, or the person there, said no. */
  | 'provider_refused'
  /** The provider does not answer, or not what a provider answers. */
  | 'provider_unavailable'
  /** The provider does not take this server for what it says it is: somebody has to look at the settings. */
  | 'provider_settings';

/** A sign-in that ended so. `cause` is for the log, and `code` may be shown. */
export class SignInFailure extends Error {
  override readonly name = 'SignInFailure';

  constructor(
    readonly reason: FailureReason,
    readonly details: {
      /** The account that it is about. */
      userId?: string | null;
      /** The address that the provider named. */
      email?: string | null;
      /** The provider's error code. */
      code?: string;
      /** Where the person wanted to go: another try shall lead there. */
      returnTo?: string;
    } = {},
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

/** Answers that a client at the provider gets when it is not set up as it thinks (RFC 6749 §5.2). */
const SETTINGS_ERRORS = new Set([
  'invalid_client',
  'unauthorized_client',
  'invalid_scope',
  'unsupported_grant_type',
]);

/** Codes of `openid-client` for a provider that is not there or not itself. */
const UNAVAILABLE = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]);

/** What an error of `openid-client` means for the person who waits. */
export function failureOf(error: unknown): SignInFailure {
  const failure = (reason: FailureReason, code?: string) =>
    new SignInFailure(reason, { code: printable(code) }, { cause: error });
  if (error instanceof SignInFailure) return error;
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    if (SETTINGS_ERRORS.has(error.error)) return failure('provider_settings', error.error);
    if (error instanceof ResponseBodyError) return failure('invalid_answer', error.error);
    return failure('provider_refused', error.error);
  }
  if (error instanceof WWWAuthenticateChallengeError) return failure('provider_settings');
  if (isUnavailable(error)) return failure('provider_unavailable');
  return failure('invalid_answer');
}

/** Nobody listens, hangs up, takes too long, or answers something that is no provider's answer. */
function isUnavailable(error: unknown): boolean {
  if (error instanceof ClientError && UNAVAILABLE.has(error.code ?? '')) return true;
  return chain(error).some(
    // What `fetch` and the reading of a body throw, whatever `openid-client` wraps around it.
    ({ name, message }) => name === 'TimeoutError' || message === 'fetch failed' || message === 'terminated',
  );
}

interface ErrorLike {
  name?: unknown;
  message?: unknown;
  code?: unknown;
  cause?: unknown;
}

/** An error and its causes, as deep as libraries wrap them. */
function chain(error: unknown, depth = 4): ErrorLike[] {
  if (typeof error !== 'object' || error === null || depth === 0) return [];
  return [error, ...chain((error as ErrorLike).cause, depth - 1)];
}

/** The failure of a discovery: what does not hold there, no other try of the same person can mend. */
export function discoveryFailureOf(error: unknown): SignInFailure {
  const failure = failureOf(error);
  if (failure.reason === 'provider_unavailable') return failure;
  return new SignInFailure('provider_settings', {}, { cause: error });
}

/** One line for the log: neither bodies nor addresses, which hold codes and tokens. */
export function describeCause({ cause, details }: SignInFailure): string {
  const { message = 'refused' } = (cause ?? {}) as ErrorLike;
  const codes = [details, ...chain(cause)].flatMap(({ code }) => (typeof code === 'string' ? [code] : []));
  return [String(message), ...new Set(codes)].join(', ');
}

/** The provider's codes are shown only when they look like the ones of the specifications. */
function printable(code: string | undefined): string | undefined {
  return code !== undefined && /^[a-z_]{1,40}$/.test(code) ? code : undefined;
}
