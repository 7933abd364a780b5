import { AppError } from '#libs/errors';
import { isPrivateHost } from './public-address.js';

const LONGEST = 8_192;

/**
 * Refuses what this server never fetches, without any I/O: other schemes, credentials, addresses that are not
 * public. Names are resolved and checked again when the connection is made, so this is a courtesy to the caller,
 * not the guard.
 *
 * @param allowPrivate the setting that lets private addresses through
 * @throws AppError `invalid_input` (no URL) or `blocked_url`
 */
export function assertFetchableUrl(url: string, allowPrivate: boolean): void {
  const parsed = parse(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw new AppError(
      'blocked_url',
      `Only http and https URLs can be fetched, not ${parsed.protocol.slice(0, -1)}.`,
    );
  }
  if (parsed.username || parsed.password) {
    throw new AppError('blocked_url', 'A URL with a user name or password in it is not fetched.');
  }
  if (!allowPrivate && isPrivateHost(parsed.hostname)) throw blockedUrl(parsed);
}

export function blockedUrl(url: URL, options?: ErrorOptions): AppError {
  return new AppError(
    'blocked_url',
    `${url.host} is not a public address; this server fetches from public addresses only.`,
    { nextStep: 'Use a public URL, or upload the file itself.' },
    options,
  );
}

/** A URL for messages and logs: no query, which may hold a signature, no credentials, at most 200 characters. */
export function describeUrl(url: URL): string {
  const text = `${url.protocol}//${url.host}${url.pathname}`;
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

function parse(url: string): URL {
  if (url.length > LONGEST)
    throw new AppError('invalid_input', `A URL may have at most ${LONGEST} characters.`);
  if (/^data:/i.test(url)) {
    throw new AppError('blocked_url', 'A data: URL is not fetched; a file must be an http or https URL.', {
      nextStep: 'Upload the file first and use the URL that the upload returns.',
    });
  }
  if (!URL.canParse(url)) throw new AppError('invalid_input', `"${url.slice(0, 100)}" is not a URL.`);
  return new URL(url);
}
