import { type DocumentServer, startDocumentServer } from '../../support/document-server.js';
import { Browser, type Page, TestClient } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { expectRefusal } from './pages.js';

export const CALLBACK = 'https://app.example/cb';
export const APP = { client_name: 'An assistant', redirect_uris: [CALLBACK] };

/** What the rows C do again and again. */
export interface ClientDocuments {
  /** Where the documents of the clients are; runs from before the first row to after the last. */
  server(): DocumentServer;
  client(clientId: string, redirectUri?: string, base?: string): TestClient;
  authorize(clientId: string, redirectUri?: string, base?: string): Promise<Page>;
  /** That the client is refused with a page which says why, and that nothing of it is kept. */
  expectRefused(clientId: string, reason: RegExp): Promise<void>;
}

/** For use inside of `describe`: starts and ends a server of its own. */
export function useClientDocuments(bench: () => Bench): ClientDocuments {
  let server: DocumentServer;
  beforeAll(async () => void (server = await startDocumentServer()));
  afterAll(() => server.close());

  const client = (clientId: string, redirectUri = CALLBACK, base = bench().base) =>
    TestClient.ofDocument(base, clientId, redirectUri);
  const authorize = (clientId: string, redirectUri = CALLBACK, base = bench().base) =>
    new Browser(base).get(client(clientId, redirectUri, base).authorizePath());
  return {
    server: () => server,
    client,
    authorize,
    async expectRefused(clientId, reason) {
      const page = await authorize(clientId);
      expectRefusal(clientId, page);
      expect({ clientId, body: page.body }).toEqual({
        clientId,
        body: expect.stringMatching(reason) as string,
      });
      expect(await bench().sql('SELECT FROM oauth_clients WHERE client_id = $1', [clientId])).toEqual([]);
    },
  };
}
