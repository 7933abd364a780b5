import dns, { type LookupAddress, type LookupOptions } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { RefusedAddress } from './connection-failure.js';
import { isPublicAddress } from './public-address.js';

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * How a request may connect. The addresses that a name resolves to are checked here, in the same step that hands them
 * to the socket, so that there is no second resolution to lie to. The filtering agent checks once more, by rules that
 * are not ours. No connection is kept: a hostile server must not hold one.
 */
export function guardedConnection(secure: boolean, allowPrivate: boolean): http.RequestOptions {
  const options = { keepAlive: false };
  if (allowPrivate) return { agent: secure ? new https.Agent(options) : new http.Agent(options) };
  const agent = secure ? new RequestFilteringHttpsAgent(options) : new RequestFilteringHttpAgent(options);
  return { agent, lookup: lookupPublic };
}

/** `dns.lookup`, but one address that is not public refuses the name as a whole. */
function lookupPublic(hostname: string, options: LookupOptions, callback: LookupCallback): void {
  dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const refused = addresses.find(({ address }) => !isPublicAddress(address));
    if (refused) return callback(new RefusedAddress(`${hostname} resolves to ${refused.address}`), []);
    const [first] = addresses;
    if (options.all || !first) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
}
