import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** A multiple of 3, so that each piece is base64 by itself. */
const CHUNK = 768 * 1024;

/** A server of one large file, made as it is sent, which can stop in the middle. */
export interface FileSource {
  /** @param options.announce whether the size stands in the header */
  url(bytes: number, options?: { announce?: boolean }): string;
  /** The next answer stops after so many bytes and stays open; the promise is fulfilled then. */
  holdNextAt(bytes: number): Promise<void>;
  /** Hex. */
  sha256(bytes: number): string;
  stop(): void;
}

export async function startFileSource(): Promise<FileSource> {
  let hold: { at: number; reached: () => void } | undefined;
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://source');
    const size = Number(searchParams.get('size'));
    const announced = searchParams.get('announce') === 'true';
    response.writeHead(200, {
      'content-type': 'application/x-large',
      ...(announced && { 'content-length': size }),
    });
    const held = hold;
    // An api that only looks how large it is does not count: it hangs up before any of it was read.
    void send(response, size, held?.at).then((isHeld) => {
      if (!isHeld || hold !== held) return;
      hold = undefined;
      held?.reached();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: (bytes, { announce = true } = {}) => `http://127.0.0.1:${port}/f?size=${bytes}&announce=${announce}`,
    holdNextAt: (at) => new Promise<void>((reached) => (hold = { at, reached })),
    sha256: sha256Of,
    stop: () => void (server.close(), server.closeAllConnections()),
  };
}

/** Every piece tells where it belongs. */
function* pieces(size: number): Generator<Buffer> {
  for (let at = 0; at < size; at += CHUNK) {
    const piece = Buffer.alloc(Math.min(CHUNK, size - at), 0xff);
    piece.write(`${at};`);
    yield piece;
  }
}

/** @returns true when it stopped at `holdAt` and the client had read all up to there */
async function send(response: ServerResponse, size: number, holdAt = Infinity): Promise<boolean> {
  const closed = once(response, 'close');
  let sent = 0;
  for (const piece of pieces(size)) {
    if (sent + piece.length > holdAt) return !response.destroyed;
    if (response.destroyed) return false;
    if (!response.write(piece)) await Promise.race([once(response, 'drain'), closed]);
    sent += piece.length;
  }
  response.end();
  return false;
}

/** A call of upload_file with the file in it, made as it is sent; the text of the answer. */
export async function uploadAsBase64(origin: string, token: string, size: number): Promise<string> {
  const [head, tail] = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'upload_file', arguments: { base64: '@', contentType: 'application/x-large' } },
  }).split('@') as [string, string];
  const request = httpRequest(`${origin}/mcp`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'content-length': head.length + 4 * Math.ceil(size / 3) + tail.length,
    },
  });
  const answered = once(request, 'response') as Promise<[IncomingMessage]>;
  const sent = pipeline(function* () {
    yield Buffer.from(head);
    for (const piece of pieces(size)) yield Buffer.from(piece.toString('base64'));
    yield Buffer.from(tail);
  }, request);
  // A refusal comes before all is sent; then nobody minds how the sending ends.
  sent.catch(() => undefined);
  const [response] = await answered;
  if (response.statusCode === 200) return text(response);
  const { statusCode, headers } = response;
  return `${statusCode}, again after ${headers['retry-after']} s: ${await text(response)}`;
}

function sha256Of(size: number): string {
  const hash = createHash('sha256');
  for (const piece of pieces(size)) hash.update(piece);
  return hash.digest('hex');
}
