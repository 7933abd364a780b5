import { readFileSync } from 'node:fs';
import type { DynamicModule } from '@nestjs/common';
import {
  type DocumentServer,
  startDocumentServer,
  TEST_CA_PATH,
} from '../../../test/support/document-server.js';
import { CLIENT_DOCUMENT_TLS } from '../src/clients/documents/client-document-fetcher.js';
import { type OAuthApp, startOAuthApp } from './oauth-app.js';
import { Browser, type Page, TestClient } from '../../../test/support/oauth-client.js';

export const CALLBACK = 'https://app.example/cb';
export const APP = { client_name: 'An App', redirect_uris: [CALLBACK] };

class TrustTestCertificate {}
const trust: DynamicModule = {
  module: TrustTestCertificate,
  global: true,
  providers: [{ provide: CLIENT_DOCUMENT_TLS, useValue: { ca: readFileSync(TEST_CA_PATH, 'utf8') } }],
  exports: [CLIENT_DOCUMENT_TLS],
};

/** A server that takes the documents of a {@link DocumentServer}, as many of them as a test likes. */
export const startTrustingApp = (environment: NodeJS.ProcessEnv = {}): Promise<OAuthApp> =>
  startOAuthApp(
    { ALLOW_PRIVATE_URLS: 'true', RATE_LIMIT_CLIENT_DOCUMENT_PER_MINUTE: '1000', ...environment },
    [trust],
  );

/** The server, the host of the documents, and what the tests do with both. */
export class DocumentBench {
  private constructor(
    readonly server: OAuthApp,
    readonly documents: DocumentServer,
  ) {}

  static async start(): Promise<DocumentBench> {
    return new DocumentBench(await startTrustingApp(), await startDocumentServer());
  }

  async stop(): Promise<void> {
    await this.server.close();
    await this.documents.close();
  }

  authorize(clientId: string, redirectUri = CALLBACK, base = this.server.base): Promise<Page> {
    return new Browser(base).get(TestClient.ofDocument(base, clientId, redirectUri).authorizePath());
  }

  async stored(clientId: string): Promise<Record<string, unknown> | undefined> {
    const [row] = await this.server.dataSource.query<Record<string, unknown>[]>(
      'SELECT * FROM oauth_clients WHERE client_id = $1',
      [clientId],
    );
    return row;
  }

  /** Lets the stored document's time pass. */
  async age(clientId: string, minutes: number): Promise<void> {
    await this.server.dataSource.query(
      `UPDATE oauth_clients SET document_fetched_at = document_fetched_at - $2 * interval '1 minute',
         document_expires_at = document_expires_at - $2 * interval '1 minute' WHERE client_id = $1`,
      [clientId, minutes],
    );
  }

  fetches(path: string): number {
    return this.documents.requests.filter((asked) => asked === path).length;
  }
}

export function expectErrorPage(page: Page, text: string | RegExp): void {
  expect(page.body).toMatch(text);
  expect(page.status).toBe(400);
  expect(page.location).toBeUndefined();
  expect(page.headers.get('content-type')).toContain('text/html');
}
