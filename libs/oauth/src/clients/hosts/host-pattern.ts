import type { HostRule } from './client-host-rule.entity.js';

const LABEL = '[a-z\\d](?:[a-z\\d-]{0,61}[a-z\\d])?';
const PATTERN = new RegExp(`^(\\*\\.)?${LABEL}(\\.${LABEL})*$`);

/**
 * A host as rules are stored: small letters, punycode, no final dot. Undefined for what is no host name: a URL, a
 * port, an address.
 */
export function normalHostPattern(text: string): string | undefined {
  const wildcard = text.startsWith('*.');
  const name = wildcard ? text.slice(2) : text;
  if (name === '' || name.length > 253 || /[\s/:@?#%\\[\]]/.test(name)) return undefined;
  if (!URL.canParse(`https://${name}/`)) return undefined;
  const { hostname } = new URL(`https://${name}/`);
  const pattern = `${wildcard ? '*.' : ''}${hostname.replace(/\.$/, '')}`;
  const isAddress = /(^|\.)\d+$/.test(pattern);
  return PATTERN.test(pattern) && !isAddress ? pattern : undefined;
}

/** The stored hosts that speak of this one: `a.b.example` → `a.b.example`, `*.b.example`, `*.example`. */
export function patternsFor(hostname: string): string[] {
  const labels = hostname.replace(/\.$/, '').split('.');
  return [labels.join('.'), ...labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`)];
}

/**
 * What the rules say of one host. A denial outweighs everything; once any host is allowed, only such hosts are.
 *
 * @param matching the rules that speak of the host
 * @param anyAllowed whether there is a rule that allows any host at all
 */
export function decideHost(matching: readonly HostRule[], anyAllowed: boolean): boolean {
  if (matching.includes('deny')) return false;
  return !anyAllowed || matching.includes('allow');
}
