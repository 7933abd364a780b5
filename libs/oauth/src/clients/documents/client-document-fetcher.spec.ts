import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { loadConfig } from '#libs/config';
import { ClientDocumentFetcher } from './client-document-fetcher.js';

describe('ClientDocumentFetcher', () => {
  it('asks eight at once, lets 32 wait, and turns the rest away at once', async () => {
    const open = new Set<Socket>();
    // It takes the connection and never says a word.
    const server = createServer((socket) => open.add(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const fetcher = new ClientDocumentFetcher(loadConfig({ ALLOW_PRIVATE_URLS: 'true' }));
    const outcomes: string[] = [];
    const fetches = Array.from({ length: 50 }, async (_, n) => {
      await fetcher.fetch(`https://127.0.0.1:${port}/${n}`).catch((error: Error & { code?: string }) => {
        outcomes.push(error.code ?? error.name);
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(outcomes).toEqual(Array.from({ length: 10 }, () => 'rate_limited'));
    expect(open.size).toBe(8);

    server.close();
    for (const socket of open) socket.destroy();
    await Promise.all(fetches);
    expect(outcomes.filter((outcome) => outcome === 'DocumentUnavailable')).toHaveLength(40);
  });
});
