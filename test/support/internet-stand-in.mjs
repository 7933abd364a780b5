import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/**
 * For a process of the tests that must reach hosts of the internet: their names resolve to a public address, as
 * they do out there, so every check of addresses is in force; and the connection to port 443 then ends at a server
 * of the test. Preload it with `--import`; `INTERNET_STAND_IN` says which host is at which port of 127.0.0.1.
 */
const ports = new Map(Object.entries(JSON.parse(process.env.INTERNET_STAND_IN ?? '{}')));
const PUBLIC_ADDRESS = { address: '93.184.215.14', family: 4 };
const HERE = { address: '127.0.0.1', family: 4 };

const lookupReally = dns.lookup;
dns.lookup = (hostname, options, callback) => {
  if (!ports.has(hostname)) return lookupReally(hostname, options, callback);
  const done = typeof options === 'function' ? options : callback;
  queueMicrotask(() => answer(PUBLIC_ADDRESS, options, done));
};
syncBuiltinESMExports();

const connectReally = net.Socket.prototype.connect;
net.Socket.prototype.connect = function connect(...args) {
  const [options] = Array.isArray(args[0]) ? args[0] : args;
  const port = Number(options?.port) === 443 ? ports.get(options.host) : undefined;
  if (port === undefined) return connectReally.apply(this, args);
  const look = options.lookup ?? dns.lookup;
  const lookup = (hostname, lookupOptions, done) =>
    look(hostname, lookupOptions, (error) => (error ? done(error) : answer(HERE, lookupOptions, done)));
  const callback = args.find((argument) => typeof argument === 'function');
  return connectReally.call(this, { ...options, port, lookup }, callback);
};

function answer(found, options, done) {
  if (options?.all) done(null, [found]);
  else done(null, found.address, found.family);
}
