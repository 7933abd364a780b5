import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

/**
 * A name server that may lie, for a process of the tests. Preload it with `--import`; `NAME_ANSWERS` says what each name
 * resolves to: the first time, the second time, and so on; the last answer is for all further times.
 */
const answers = new Map(Object.entries(JSON.parse(process.env.NAME_ANSWERS ?? '{}')));

const lookupReally = dns.lookup;
dns.lookup = (hostname, options, callback) => {
  const known = answers.get(hostname);
  if (!known) return lookupReally(hostname, options, callback);
  const addresses = known.length > 1 ? known.shift() : known[0];
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  const done = typeof options === 'function' ? options : callback;
  queueMicrotask(() => {
    if (options?.all) done(null, found);
    else done(null, found[0].address, found[0].family);
  });
};
syncBuiltinESMExports();
