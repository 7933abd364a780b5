import ipaddr from 'ipaddr.js';

/** Bits of an IPv6 address that name one subscriber: whoever has a /64 has 2⁶⁴ addresses to call from. */
const IPV6_SUBSCRIBER_BITS = 64;

/**
 * Under which name an address is counted: an IPv4 address as it is (also when written as `::ffff:…`), an IPv6 address
 * as its /64. Some proxies put the port into `X-Forwarded-For`; it changes nothing.
 */
export function addressKey(ip: string): string {
  const bare = withoutPort(ip);
  if (!ipaddr.isValid(bare)) return bare;
  const address = ipaddr.process(bare);
  if (address.kind() === 'ipv4') return address.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${IPV6_SUBSCRIBER_BITS}`);
  return `${network.toString()}/${IPV6_SUBSCRIBER_BITS}`;
}

function withoutPort(ip: string): string {
  const [, bracketed, dotted] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+(?:\.\d+){3}):\d+)$/.exec(ip) ?? [];
  return bracketed ?? dotted ?? ip;
}
