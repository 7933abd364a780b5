import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { bearer, Browser, TestClient } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { row } from './row.js';

/** From this size on the worker fetches a file, not the process that was called. */
const LARGE_BYTES = 8 * 1024 * 1024;
const FETCH_LIMIT_MS = 30_000;

interface Visit {
  path: string;
  headers: IncomingHttpHeaders;
}

interface Upstream {
  url: string;
  /** Every request so far, in order. */
  visits: Visit[];
  close(): void;
}

/** Somebody else's server, which notes what it is asked and with what. */
async function startUpstream(): Promise<Upstream> {
  const visits: Visit[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    visits.push({ path, headers: request.headers });
    if (path === '/moved') return void response.writeHead(302, { location: '/small.txt' }).end();
    response.setHeader('set-cookie', 'upstream=1');
    if (path === '/large.bin') return void response.end(Buffer.alloc(LARGE_BYTES));
    response.setHeader('content-type', 'text/plain');
    response.end('a small file');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    visits,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Row R16: the token that a client shows here is for this server alone. */
export function passthroughRow(bench: () => Bench): void {
  const callTool = async (token: string, name: string, args: object): Promise<string> => {
    const response = await fetch(bench().resource, {
      method: 'POST',
      headers: {
        ...bearer(token),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name, arguments: args },
      }),
    });
    return response.text();
  };

  row(
    {
      id: 'R16',
      level: 'MUST NOT',
      source:
        'MCP authorization (access token privilege restriction), MCP security best practices (token passthrough)',
      rule: 'Nothing that this server or its worker fetches for a call carries the caller’s token, in no header and no address: not a file to store, not after a redirect, not the input of a model.',
    },
    async () => {
      const upstream = await startUpstream();
      try {
        await bench().startWorker();
        const client = await TestClient.register(bench().base);
        const { access_token: token } = await client.connect(new Browser(bench().base));
        for (const path of ['/small.txt', '/moved', '/large.bin']) {
          const answer = await callTool(token, 'upload_file', { url: `${upstream.url}${path}` });
          expect({ path, stored: answer.includes('fileUrl') }).toEqual({ path, stored: true });
        }
        const input = { image: `${upstream.url}/input.png` };
        const answer = await callTool(token, 'run_model', { endpoint: 'modelrunner/upscale', input });
        expect(answer).toContain('requestId');
        const paths = () => new Set(upstream.visits.map(({ path }) => path));
        const deadline = Date.now() + FETCH_LIMIT_MS;
        while (!paths().has('/input.png') && Date.now() < deadline) await delay(50);

        expect(paths()).toEqual(new Set(['/small.txt', '/moved', '/large.bin', '/input.png']));
        // The large file is asked for by the api, which sees its size, and then by the worker.
        expect(upstream.visits.filter(({ path }) => path === '/large.bin').length).toBeGreaterThan(1);
        for (const { path, headers } of upstream.visits) {
          const told = Object.keys(headers).filter((name) => /authorization|cookie|forwarded/.test(name));
          const leaked = JSON.stringify({ path, headers }).includes(token.slice(4));
          expect({ path, told, leaked }).toEqual({ path, told: [], leaked: false });
        }
      } finally {
        upstream.close();
      }
    },
    120_000,
  );
}
