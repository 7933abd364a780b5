import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** Where the sample inputs are. */
export const SAMPLES = join(import.meta.dirname, '../../samples');

export const sample = (name: string): Promise<Buffer> => readFile(join(SAMPLES, name));

export interface SampleServer {
  url: string;
  close(): void;
}

/** A real HTTP server on this machine that people might name in a URL input. */
export async function startSampleServer(extra: Record<string, RequestListener> = {}): Promise<SampleServer> {
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const handler = extra[path];
    if (handler) return void handler(request, response);
    readFile(join(SAMPLES, path)).then(
      (bytes) => response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes),
      () => response.writeHead(404).end('no such sample'),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
