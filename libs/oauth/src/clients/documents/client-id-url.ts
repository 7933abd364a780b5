import { isIP } from 'node:net';
import { isPrivateHost } from '#libs/outbound';

const MAX_LENGTH = 2_048;

/** Scheme, authority and path of a URL, as written: parsing would already have taken the dot segments out. */
const WRITTEN = /^https:\/\/([^/?#]+)([^?#]*)/;

/** Whether a `client_id` is meant as the address of a document, well formed or not. */
export function isClientIdUrl(clientId: string): boolean {
  return /^https?:/i.test(clientId);
}

/**
 * Why a URL cannot be a client id (draft-ietf-oauth-client-id-metadata-document §3); it completes "The address …".
 * Undefined when it can. No I/O.
 *
 * @param allowPrivate the setting that lets private hosts through; literal addresses never pass
 */
export function clientIdUrlProblem(clientId: string, allowPrivate: boolean): string | undefined {
  if (clientId.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (/[^\x21-\x7e]|\\/.test(clientId)) return 'contains a character that may not stand in one';
  const [, authority = '', path = ''] = WRITTEN.exec(clientId) ?? [];
  if (!authority) return 'does not begin with https:// and a host';
  if (!URL.canParse(clientId)) return 'is not a URL';
  if (clientId.includes('#')) return 'has a fragment';
  if (authority.includes('@')) return 'has a user name or password';
  if (path === '' || path === '/') return 'has no path';
  if (path.split('/').some(isDotSegment)) return 'has a "." or ".." in its path';
  const { hostname } = new URL(clientId);
  if (isIP(hostname.replace(/^\[|\]$/g, ''))) return 'has a number for a host, and not a name';
  if (!allowPrivate && isPrivateHost(hostname)) return 'is not on the public internet';
  return undefined;
}

function isDotSegment(segment: string): boolean {
  return /^(\.|%2e){1,2}$/i.test(segment);
}
