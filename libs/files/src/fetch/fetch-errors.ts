import { AppError } from '#libs/errors';
import { blockedUrl, connectionFailure, describeUrl, RefusedAddress } from '#libs/outbound';

/** A time limit that ended a fetch; the message completes "The server at … ". */
export class FetchTimeout extends Error {
  override readonly name = 'FetchTimeout';
}

/** The error that a caller may see, for anything that a fetch of `url` threw. Addresses stay in the cause. */
export function toFetchError(error: unknown, url: URL): AppError {
  if (error instanceof AppError) return error;
  const options = { cause: error };
  if (error instanceof RefusedAddress) return blockedUrl(url, options);
  const reason = error instanceof FetchTimeout ? error.message : connectionFailure(error);
  return unreachable(url, reason, options);
}

/** @param reason completes "The server at <host> …" */
export function unreachable(url: URL, reason: string, options?: ErrorOptions): AppError {
  const details = { nextStep: 'Check that the URL opens without signing in, or upload the file itself.' };
  return new AppError(
    'unreachable_url',
    `${describeUrl(url)} could not be fetched: the server ${reason}.`,
    details,
    options,
  );
}
