/**
 * Whether a request to /mcp came by the name and from the kind of page that it should: protection from DNS
 * rebinding (MCP, Streamable HTTP, security warning). The bearer token is needed all the same.
 *
 * - Host: the name in PUBLIC_URL, or loopback. The port does not matter, because proxies rewrite it.
 * - Origin, where a browser sends one: PUBLIC_URL's own, or a page on this machine (MCP Inspector and its like).
 *   A public server also takes any https page, since a token never travels by itself as a cookie does; a server on
 *   loopback does not, because there the page could be anyone's and the network would not protect it.
 *
 * @returns what is wrong, as a sentence for the operator, or null
 */
export function refuseSource(
  { host, origin }: { host: string | undefined; origin: string | undefined },
  publicUrl: string,
): string | null {
  const own = new URL(publicUrl).hostname;
  const hostname = hostnameOf(`http://${host ?? ''}`);
  if (hostname === null || (hostname !== own && !isLoopback(hostname))) {
    return 'The Host header is neither the name in PUBLIC_URL nor loopback. Set PUBLIC_URL, or let the proxy pass Host.';
  }
  if (origin === undefined || isAllowedOrigin(origin, own)) return null;
  return 'The Origin header names a page that may not call this server.';
}

function isAllowedOrigin(origin: string, own: string): boolean {
  const hostname = hostnameOf(origin);
  if (hostname === null) return false;
  if (hostname === own || isLoopback(hostname)) return true;
  return !isLoopback(own) && origin.startsWith('https://');
}

function hostnameOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}

function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
