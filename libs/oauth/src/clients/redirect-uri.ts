/** Schemes that run code, read local data, start programs of the system or are no way back to an application. */
const FORBIDDEN_SCHEMES = new Set([
  'about:',
  'blob:',
  'chrome:',
  'data:',
  'facetime:',
  'file:',
  'filesystem:',
  'ftp:',
  'gopher:',
  'intent:',
  'jar:',
  'javascript:',
  'ldap:',
  'mailto:',
  'market:',
  'news:',
  'nntp:',
  'search:',
  'search-ms:',
  'shell:',
  'smb:',
  'sms:',
  'ssh:',
  'tel:',
  'telnet:',
  'urn:',
  'vbscript:',
  'view-source:',
  'ws:',
  'wss:',
]);

/** Windows starts its own programs by schemes like `ms-msdt:`. */
const SYSTEM_SCHEME = /^ms-/;

/** Shorter ones are drives (`c:`), or claimed too easily by two applications. */
const SHORTEST_SCHEME = 3;

/** What an answer adds (RFC 6749 §4.1.2, RFC 9207 §2). None may be there twice (RFC 6749 §3.1). */
const ANSWER_PARAMETERS = ['code', 'state', 'iss', 'error', 'error_description'];

const MAX_LENGTH = 2_048;

/** Read from the text, not from a parsed URL: parsing would turn `127.1` into `127.0.0.1`. */
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(\/[^?#]*)?(\?[^#]*)?$/;

const LAST_PORT = 65_535;

/** Host, path and query of a loopback redirect URI; undefined for every other URI. The port does not count. */
function loopbackParts(uri: string): string | undefined {
  const match = LOOPBACK.exec(uri);
  if (!match) return undefined;
  const [, host = '', port = '', path = '', query = ''] = match;
  if (Number(port) > LAST_PORT) return undefined;
  return `${host}|${path || '/'}|${query}`;
}

/** `http://` to this machine itself, as native applications use it (RFC 8252 §7.3). */
export function isLoopbackRedirect(uri: string): boolean {
  return loopbackParts(uri) !== undefined;
}

/** A native application's own scheme, like `cursor://…` (RFC 8252 §7.1). */
export function isPrivateSchemeRedirect(uri: string): boolean {
  return !/^https?:/i.test(uri);
}

/**
 * Why this cannot be registered as a redirect URI; undefined when it can. Allowed are `https`, `http` to loopback
 * (RFC 8252 §7.3), and private schemes of native applications (§7.1), which PKCE protects.
 *
 * @param privateSchemes the setting that allows the last of these
 */
export function redirectUriProblem(uri: string, privateSchemes: boolean): string | undefined {
  if (uri.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (/[^\x21-\x7e]|[\\*]/.test(uri)) return 'contains a character that may not stand in a redirect URI';
  if (!URL.canParse(uri)) return 'is not an absolute URI';
  if (uri.includes('#')) return 'has a fragment (RFC 6749 §3.1.2)';
  const url = new URL(uri);
  if (url.username || url.password || /^[^/?]*\/\/[^/?]*@/.test(uri)) return 'has user information';
  if (isForbiddenScheme(url.protocol)) return `has a scheme that is not allowed (${url.protocol})`;
  if (!privateSchemes && isPrivateSchemeRedirect(uri))
    return 'must use https, or http to localhost, on this server';
  if (url.protocol === 'http:' && !isLoopbackRedirect(uri)) return 'must use https, or http to localhost';
  if (url.protocol === 'https:' && !/^https:\/\/[^/]/i.test(uri)) return 'has no host';
  // URL lets `;` and `,` pass, which would end the host's place in a Content-Security-Policy.
  if (url.protocol === 'https:' && !/^(\[[\da-f:]+\]|[\w.-]+)$/.test(url.hostname))
    return 'has a host that is none';
  const taken = ANSWER_PARAMETERS.find((name) => url.searchParams.has(name));
  if (taken) return `has a parameter that the answer will have (${taken})`;
  return undefined;
}

/** @param protocol in lower case, with its colon */
function isForbiddenScheme(protocol: string): boolean {
  const { length } = protocol.slice(0, -1);
  return FORBIDDEN_SCHEMES.has(protocol) || SYSTEM_SCHEME.test(protocol) || length < SHORTEST_SCHEME;
}

/**
 * Whether a requested redirect URI is one of the registered ones: by simple string comparison (RFC 9700 §4.1.3), but
 * that the port of a loopback URI may be any, as native applications listen where there is room (RFC 8252 §7.3).
 */
export function matchesRedirectUri(registered: readonly string[], requested: string): boolean {
  if (registered.includes(requested)) return true;
  const wanted = loopbackParts(requested);
  return wanted !== undefined && registered.some((uri) => loopbackParts(uri) === wanted);
}

/** Where the browser goes, for people to read: `claude.ai`, `127.0.0.1:33418`, `cursor:`. */
export function redirectDisplayHost(uri: string): string {
  const url = new URL(uri);
  return isPrivateSchemeRedirect(uri) ? url.protocol : url.host;
}

/** What a CSP source list needs to let the browser go there: an origin, or a scheme. */
export function redirectCspSource(uri: string): string {
  const url = new URL(uri);
  return isPrivateSchemeRedirect(uri) ? url.protocol : url.origin;
}

/** Adds response parameters to the query, each percent-encoded, and leaves the rest of the URI byte for byte. */
export function withParameters(uri: string, parameters: Record<string, string | null | undefined>): string {
  const pairs = Object.entries(parameters)
    .filter((pair): pair is [string, string] => typeof pair[1] === 'string')
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${uri}${uri.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}
