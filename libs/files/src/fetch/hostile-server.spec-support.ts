import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { patternBytes } from '../files.spec-support.js';

type Route = (request: IncomingMessage, response: ServerResponse) => void;

export interface HostileServer {
  origin: string;
  /** Requests per path. */
  hits: Map<string, number>;
  /** Connections that are open now. */
  connections: Set<Socket>;
  close(): Promise<void>;
}

const MIB = 1024 * 1024;

/** A real HTTP server that serves well on some paths, and badly on the others. */
export async function startHostileServer(): Promise<HostileServer> {
  const hits = new Map<string, number>();
  const connections = new Set<Socket>();
  const routes = await makeRoutes();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    hits.set(pathname, (hits.get(pathname) ?? 0) + 1);
    const route = routes[pathname];
    if (route) route(request, response);
    else response.writeHead(404).end('<html>no such page</html>');
  });
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket)).on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin, hits, connections, close };
}

async function makeRoutes(): Promise<Record<string, Route>> {
  const png = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } })
    .png()
    .toBuffer();
  const redirect =
    (status: number, to: string): Route =>
    (_, response) =>
      response.writeHead(status, { location: to }).end();
  const send =
    (headers: Record<string, string | number>, body: Buffer | string): Route =>
    (_, response) =>
      response.writeHead(200, headers).end(body);
  return {
    '/cat.png': send({ 'content-type': 'image/png', 'content-length': png.length }, png),
    '/named': send(
      { 'content-type': 'image/png', 'content-disposition': 'attachment; filename="../tom.png"' },
      png,
    ),
    '/lying-type': send({ 'content-type': 'text/html' }, png),
    '/page': send({ 'content-type': 'text/html; charset=utf-8' }, '<!doctype html><title>hello</title>'),
    '/page-as.png': send({ 'content-type': 'image/png' }, '<!doctype html><title>hello</title>'),
    '/empty': send({ 'content-type': 'image/png', 'content-length': 0 }, ''),
    '/gzipped': send({ 'content-type': 'image/png', 'content-encoding': 'gzip' }, gzipSync(png)),
    '/broken-gzip': send({ 'content-type': 'text/plain', 'content-encoding': 'gzip' }, 'this is not gzip'),
    '/bomb': send(
      { 'content-type': 'text/plain', 'content-encoding': 'gzip' },
      gzipSync(Buffer.alloc(40 * MIB, 97)),
    ),
    '/zstd': send({ 'content-encoding': 'zstd' }, 'x'),
    '/large': send(
      { 'content-type': 'application/x-pattern', 'content-length': 12 * MIB },
      patternBytes(12 * MIB),
    ),
    '/large-chunked': chunked(patternBytes(12 * MIB)),
    '/too-large': (_, response) => response.writeHead(200, { 'content-length': 500 * MIB }).write('x'),
    '/trickle-large': trickle(patternBytes(16 * MIB)),
    '/endless': endless,
    '/silent': () => undefined,
    '/stalls': (_, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).write(png.subarray(0, 50)),
    '/drips': drip,
    '/slow-at-first': slowAtFirst(png),
    '/short': (_, response) => {
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': 100_000 });
      response.write(png, () => response.destroy());
    },
    '/resets': (request) => request.socket.resetAndDestroy(),
    '/garbage': (request) => request.socket.end('SSH-2.0-OpenSSH_9.2\r\n\r\n'),
    '/resets-in-the-middle': breakOff(patternBytes(MIB)),
    '/resumes': breakOff(patternBytes(MIB), { etag: '"1"', ranges: 'as asked' }),
    '/stalls-and-resumes': breakOff(patternBytes(MIB), { etag: '"1"', ranges: 'as asked', stall: true }),
    '/changes': breakOff(patternBytes(MIB), { etag: '"1"', ranges: 'none' }),
    '/weak': breakOff(patternBytes(MIB), { etag: 'W/"1"', ranges: 'as asked' }),
    '/lying-range': breakOff(patternBytes(MIB), { etag: '"1"', ranges: 'others' }),
    '/more-than-said': raw(
      'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nhello, and more',
    ),
    '/two-lengths': raw('HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello'),
    '/negative-length': raw('HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\nhello'),
    '/long-headers': (request) => {
      request.socket.write('HTTP/1.1 200 OK\r\n');
      repeat(request.socket, 0, () => request.socket.write(`x-more: ${'x'.repeat(4_000)}\r\n`));
    },
    '/endless-headers': (request) => {
      request.socket.write('HTTP/1.1 200 OK\r\n');
      repeat(request.socket, 50, () => request.socket.write('x: y\r\n'));
    },
    '/always-hints': ({ socket }, response) => repeat(socket, 50, () => response.writeProcessing()),
    '/partial': (_, response) =>
      response.writeHead(206, { 'content-range': `bytes 0-9/${png.length}` }).end(png.subarray(0, 10)),
    '/not-modified': (_, response) => response.writeHead(304).end(),
    '/unsatisfiable': (_, response) => response.writeHead(416).end(),
    '/breaks': (_, response) => response.writeHead(500).end('stack'),
    '/twice-gzipped': send({ 'content-encoding': 'gzip, gzip' }, gzipSync(gzipSync(png))),
    '/gone': (_, response) => response.writeHead(410).end(),
    '/no-content': (_, response) => response.writeHead(204).end(),
    '/hop5': redirect(302, '/hop4'),
    '/hop4': redirect(301, '/hop3'),
    '/hop3': redirect(303, '/hop2'),
    '/hop2': redirect(307, '/hop1'),
    '/hop1': redirect(308, '/cat.png'),
    '/hop6': redirect(302, '/hop5'),
    '/loop': redirect(302, '/loop'),
    '/to-nowhere': (_, response) => response.writeHead(302).end(),
    '/to-file': redirect(302, 'file:///etc/passwd'),
    '/to-credentials': redirect(302, 'http://user:pass@example.com/'),
  };
}

function chunked(body: Buffer): Route {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-pattern' });
    for (let offset = 0; offset < body.length; offset += MIB)
      response.write(body.subarray(offset, offset + MIB));
    response.end();
  };
}

/** Announces its length and sends 1 MiB every 200 ms. */
function trickle(body: Buffer): Route {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-pattern', 'content-length': body.length });
    let offset = 0;
    const timer = setInterval(() => {
      if (offset >= body.length) response.end();
      else response.write(body.subarray(offset, (offset += MIB)));
    }, 200);
    response.on('close', () => clearInterval(timer));
  };
}

function endless(_: IncomingMessage, response: ServerResponse): void {
  const chunk = Buffer.alloc(256 * 1024, 1);
  response.writeHead(200, { 'content-type': 'application/octet-stream' });
  const write = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', write).on('error', () => undefined);
  write();
}

/** Drips to the first request, answers the second. */
function slowAtFirst(body: Buffer): Route {
  let requests = 0;
  return (request, response) => {
    if ((requests += 1) === 1) drip(request, response);
    else response.writeHead(200, { 'content-type': 'image/png' }).end(body);
  };
}

/** A byte now and then: never silent, never done. */
function drip(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain' });
  const timer = setInterval(() => response.write('x'), 50);
  response.on('close', () => clearInterval(timer));
}

/** Bytes that are no answer of a proper HTTP server. */
function raw(bytes: string): Route {
  return ({ socket }) => socket.end(bytes);
}

function repeat(socket: Socket, milliseconds: number, work: () => void): void {
  const timer = setInterval(work, milliseconds);
  socket.on('close', () => clearInterval(timer));
}

/** Sends 400 KiB of what was asked for and breaks off, or falls silent; how it takes `Range` is told by `ranges`. */
function breakOff(
  body: Buffer,
  {
    etag,
    ranges = 'none',
    stall,
  }: { etag?: string; ranges?: 'as asked' | 'others' | 'none'; stall?: boolean } = {},
): Route {
  return ({ headers: { range, 'if-range': ifRange } }, response) => {
    const asked = range !== undefined && ifRange === etag ? Number(/\d+/.exec(range)?.[0]) : 0;
    const from = ranges === 'none' ? 0 : ranges === 'others' ? asked + (asked > 0 ? 4 : 0) : asked;
    const contentRange = `bytes ${from}-${body.length - 1}/${body.length}`;
    response.writeHead(from > 0 ? 206 : 200, {
      'content-type': 'application/x-pattern',
      'content-length': body.length - from,
      ...(etag && { etag }),
      ...(from > 0 && { 'content-range': contentRange }),
    });
    const to = from + 400 * 1024;
    if (to >= body.length) return void response.end(body.subarray(from));
    // Time for the reader: what is still on its way is lost with a connection that is reset.
    response.write(body.subarray(from, to), () => stall || setTimeout(() => response.destroy(), 100));
  };
}
