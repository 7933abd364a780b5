const MINUTE_MS = 60_000;

/** However short the host wants it: one who connects and comes back from sign-in should not fetch twice. */
export const MIN_LIFETIME_MS = 5 * MINUTE_MS;

/** However long the host wants it: a redirect URI that was taken out of the document must go here, too. */
const MAX_LIFETIME_MS = 24 * 60 * MINUTE_MS;

/** When the host says nothing. */
const DEFAULT_LIFETIME_MS = 60 * MINUTE_MS;

/**
 * How long a fetched document holds (RFC 9111 §4.2.1, as a shared cache), within bounds.
 *
 * @param cacheControl the `Cache-Control` header
 * @param age the `Age` header, seconds that it has already been in caches
 */
export function documentLifetimeMs(cacheControl: string | undefined, age: string | undefined): number {
  const directives = (cacheControl ?? '')
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  if (directives.some((directive) => /^(no-store|no-cache)(=|$)/.test(directive))) return MIN_LIFETIME_MS;
  const seconds = secondsOf(directives, 's-maxage') ?? secondsOf(directives, 'max-age');
  if (seconds === undefined) return DEFAULT_LIFETIME_MS;
  const left = (seconds - (/^\d{1,10}$/.test(age ?? '') ? Number(age) : 0)) * 1_000;
  return Math.min(MAX_LIFETIME_MS, Math.max(MIN_LIFETIME_MS, left));
}

/** Undefined when the directive is absent; 0 when it cannot be read, as RFC 9111 §4.2.1 wants it. */
function secondsOf(directives: string[], name: string): number | undefined {
  const found = directives.find((directive) => directive === name || directive.startsWith(`${name}=`));
  if (found === undefined) return undefined;
  const [, digits] = /=\s*"?(\d+)"?$/.exec(found) ?? [];
  return Number(digits ?? 0);
}
