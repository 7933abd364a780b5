import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { bearer } from '../../support/oauth-client.js';

const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': '2025-06-18',
};

const DRIP_MS = 200;

/** A file on somebody's server that never comes to its end, so that a call which fetches it does not either. */
export class EndlessFile {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async serve(): Promise<EndlessFile> {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).write('the beginning');
      const drip = setInterval(() => response.write(' and on'), DRIP_MS);
      response.on('close', () => clearInterval(drip));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new EndlessFile(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/file.txt`);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** A call that is on its way and answers with a stream of server-sent events. */
export class OpenStream {
  private ended = false;
  private readonly over: Promise<void>;

  private constructor(
    response: Response,
    private readonly controller: AbortController,
  ) {
    this.over = drain(response).then(() => void (this.ended = true));
  }

  /** Resolves when the stream has begun. */
  static async open(base: string, token: string, file: EndlessFile): Promise<OpenStream> {
    const controller = new AbortController();
    const response = await fetch(`${base}/mcp`, {
      method: 'POST',
      headers: { ...HEADERS, ...bearer(token) },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        // With a token for progress, because the first word of it is what sends the stream's headers.
        params: { name: 'upload_file', arguments: { url: file.url }, _meta: { progressToken: 1 } },
      }),
      signal: controller.signal,
    });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
      throw new Error(`no stream but ${response.status} ${await response.text()}`);
    return new OpenStream(response, controller);
  }

  /** @param limit a time as `Date.now()` tells it */
  async endedBefore(limit: number): Promise<boolean> {
    await Promise.race([this.over, delay(Math.max(0, limit - Date.now()))]);
    return this.ended;
  }

  close(): void {
    this.controller.abort();
  }
}

/** Resolves when the body is over, in whatever way. */
async function drain(response: Response): Promise<void> {
  try {
    for await (const chunk of response.body ?? []) void chunk;
  } catch {
    // A connection that breaks is an end as well.
  }
}
