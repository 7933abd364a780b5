/**
 * The path to go to after sign-in, if it is one of this server; else the account page. Whatever a browser might read
 * as another host (`//evil`, `/\evil`, `https:evil`) resolves to another origin here, too, and is refused.
 */
export function safeReturnPath(wanted: string | undefined, issuer: string): string {
  const fallback = '/account';
  if (!wanted?.startsWith('/') || /[\\\s\p{Cc}]/u.test(wanted) || !URL.canParse(wanted, issuer))
    return fallback;
  const url = new URL(wanted, issuer);
  // Resolving dots can bring two slashes to the front, which a browser would read as a host.
  if (url.origin !== new URL(issuer).origin || url.pathname.startsWith('//')) return fallback;
  return `${url.pathname}${url.search}`;
}
