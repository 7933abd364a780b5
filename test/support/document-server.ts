import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const TLS = join(import.meta.dirname, 'tls');

/** What whoever asks the server must trust; for real processes: `NODE_EXTRA_CA_CERTS`. */
export const TEST_CA_PATH = join(TLS, 'cert.pem');

export type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** An https server of the documents that clients name themselves by. */
export interface DocumentServer {
  /** `https://localhost:<port>` */
  origin: string;
  /** Paths that were asked for, in order. */
  readonly requests: string[];
  /** Connections that were made, whether or not anything was asked for. */
  connections(): number;
  /** Serves whatever a route does with the request. @returns the address */
  route(path: string, route: Route): string;
  /** Serves a document whose `client_id` is its own address, with these members beside. @returns the address */
  publish(path: string, members: object, headers?: Record<string, string>): string;
  close(): Promise<void>;
}

export async function startDocumentServer(): Promise<DocumentServer> {
  const routes = new Map<string, Route>();
  const requests: string[] = [];
  let connections = 0;
  const server = createServer(
    { cert: readFileSync(TEST_CA_PATH), key: readFileSync(join(TLS, 'key.pem')) },
    (request, response) => {
      const path = request.url ?? '/';
      requests.push(path);
      const route = routes.get(path);
      if (route) route(request, response);
      else response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    },
  );
  server.on('connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const route = (path: string, handler: Route): string => {
    routes.set(path, handler);
    return `${origin}${path}`;
  };
  return {
    origin,
    requests,
    connections: () => connections,
    route,
    publish: (path, members, headers = {}) =>
      route(path, sendJson({ client_id: `${origin}${path}`, ...members }, headers)),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** 200, `application/json`, unless the headers say otherwise. */
export function sendJson(content: unknown, headers: Record<string, string> = {}): Route {
  return (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(content));
}

/** A body that never ends, in pieces, as fast as the reader takes them. */
export const sendForever: Route = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const write = (): void => {
    while (!response.destroyed && response.write(' '.repeat(1_024)));
  };
  response.on('drain', write).on('error', () => undefined);
  write();
};

/** A byte now and then: never silent, never done. */
export const drip: Route = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 100);
  response.on('close', () => clearInterval(timer)).on('error', () => undefined);
};
