import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../apps/demo/src/own-server.js';

const SUPPORT = join(ROOT, 'test/support');

export interface InternetStandIn {
  /** What a process needs to find these hosts. */
  env: Record<string, string>;
  /** For Node itself, before the program. */
  execArgv: string[];
  /** The addresses that were fetched, in order. */
  fetched: string[];
  stop(): void;
}

/** Serves JSON documents at their own https addresses to processes that are started with `env` and `execArgv`. */
export async function startInternetStandIn(documents: Map<string, object>): Promise<InternetStandIn> {
  const fetched: string[] = [];
  const tls = (name: string) => readFileSync(join(SUPPORT, 'tls', name));
  const server = createServer({ key: tls('key.pem'), cert: tls('cert.pem') }, (request, response) => {
    const url = `https://${request.headers.host}${request.url}`;
    fetched.push(url);
    const document = documents.get(url);
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? { error: 'not_found' }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const hosts = new Set([...documents.keys()].map((url) => new URL(url).host));
  return {
    env: {
      INTERNET_STAND_IN: JSON.stringify(Object.fromEntries([...hosts].map((host) => [host, port]))),
      NODE_EXTRA_CA_CERTS: join(SUPPORT, 'tls/cert.pem'),
    },
    execArgv: ['--import', pathToFileURL(join(SUPPORT, 'internet-stand-in.mjs')).href],
    fetched,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
