import ipaddr from 'ipaddr.js';

const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parse('2000::');
/** Names that mean this machine or the private network, whatever a resolver says (RFC 6761, RFC 8375, RFC 6762). */
const PRIVATE_NAMES = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|localdomain)$/;

/**
 * True for an IP address that is publicly routed unicast. For IPv6 that is 2000::/3 only (RFC 4291 §2.4), without the
 * ranges that carry an IPv4 address of anyone's choice inside (mapped, NAT64, 6to4, Teredo).
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return !(parsed instanceof ipaddr.IPv6) || parsed.match(GLOBAL_UNICAST_V6, 3);
}

/**
 * Whether a URL's host is an address that is not public, or a name that never is one. Other names must be judged by
 * what they resolve to.
 *
 * @param hostname as the WHATWG parser gives it, which has made dotted IPv4 of decimal, octal and hexadecimal forms
 */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return ipaddr.isValid(host) ? !isPublicAddress(host) : PRIVATE_NAMES.test(host);
}
