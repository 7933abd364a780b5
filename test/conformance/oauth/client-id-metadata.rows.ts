import { bearer, Browser, callMcp, consentPage } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { clientDocumentCacheRows } from './client-document-cache.rows.js';
import { clientDocumentContentRows } from './client-document-content.rows.js';
import { clientDocumentFetchRows } from './client-document-fetch.rows.js';
import { APP, CALLBACK, useClientDocuments } from './client-documents.js';
import { expectRefusal } from './pages.js';
import { row } from './row.js';

const CIMD = 'draft-ietf-oauth-client-id-metadata-document';

/** Rows C: client ID metadata documents, and D9, which announces them. */
export function clientIdMetadataRows(bench: () => Bench): void {
  const { server, client, authorize, expectRefused } = useClientDocuments(bench);

  row(
    {
      id: 'D9',
      level: 'SHOULD',
      source: `${CIMD} §7.1, MCP authorization`,
      rule: 'The metadata says that client ID metadata documents are supported exactly when they are switched on.',
    },
    async () => {
      const metadata = async (base: string) =>
        (await fetch(`${base}/.well-known/oauth-authorization-server`)).json();
      expect(await metadata(bench().base)).toMatchObject({ client_id_metadata_document_supported: true });
      const off = await bench().startServer({ CLIENT_ID_METADATA_DOCUMENTS: 'false' });
      expect(await metadata(off.url)).not.toHaveProperty('client_id_metadata_document_supported');
      const before = server().connections();
      expect((await authorize(server().publish('/off', APP), CALLBACK, off.url)).status).toBe(400);
      expect(server().connections()).toBe(before);
    },
  );

  row(
    {
      id: 'C1',
      level: 'SHOULD',
      source: `${CIMD} §3 and §4, MCP authorization`,
      rule: 'A client that names itself by the address of its document connects without registration; consent shows its name and the host of the document; it gets no secret, and nothing that the document points to is loaded.',
    },
    async () => {
      const clientId = server().publish('/c1', {
        ...APP,
        logo_uri: `${server().origin}/logo.png`,
        jwks_uri: `${server().origin}/jwks.json`,
      });
      const browser = new Browser(bench().base);
      const { body } = await consentPage(browser, client(clientId));
      const told = [
        'An assistant',
        `<code>${new URL(server().origin).host}</code>`,
        '<code>app.example</code>',
      ];
      for (const text of told) expect(body).toContain(text);
      expect(body).not.toMatch(/Unverified|logo\.png/);
      const tokens = await client(clientId).connect(browser);
      expect((await callMcp(bench().base, bearer(tokens.access_token))).status).toBe(200);
      expect((await client(clientId).refresh(tokens.refresh_token)).status).toBe(200);
      const [stored] = await bench().sql<object>('SELECT * FROM oauth_clients WHERE client_id = $1', [
        clientId,
      ]);
      expect(stored).toMatchObject({ kind: 'metadata', secret_hash: null, name: 'An assistant' });
      expect(server().requests.filter((path) => path !== '/c1')).toEqual([]);
    },
  );

  row(
    {
      id: 'C2',
      level: 'MUST',
      source: `${CIMD} §3`,
      rule: 'A client_id that is a URL but not https, or without a path, with a fragment, user information, dot segments or a literal address, is refused before anything is fetched.',
    },
    async () => {
      const { origin, host, port } = new URL(server().origin);
      const before = server().connections();
      for (const clientId of [
        `http://${host}/c2`,
        `HTTP://${host}/c2`,
        origin,
        `${origin}/`,
        `${origin}?c2`,
        `${origin}/c2#fragment`,
        `${origin}/c2#`,
        `https://user@${host}/c2`,
        `https://user:password@${host}/c2`,
        `https://@${host}/c2`,
        `${origin}/./c2`,
        `${origin}/a/../c2`,
        `${origin}/%2e/c2`,
        `${origin}/%2E%2e/c2`,
        `${origin}/c2/..`,
        `https://127.0.0.1:${port}/c2`,
        `https://127.1:${port}/c2`,
        `https://2130706433:${port}/c2`,
        `https://0x7f000001:${port}/c2`,
        `https://[::1]:${port}/c2`,
        `https://[::ffff:127.0.0.1]:${port}/c2`,
        `https:\\\\${host}\\c2`,
        `https:${host}/c2`,
        `https://${host}\t/c2`,
      ]) {
        await expectRefused(clientId, /names itself by a web address that this server cannot use/);
      }
      expect(server().connections()).toBe(before);
    },
  );

  row(
    {
      id: 'C10',
      level: 'interop',
      source: 'Claude Code, RFC 8252 §7.3',
      rule: 'A loopback redirect URI without a port in the document stands for every port, with a warning at consent.',
    },
    async () => {
      const clientId = server().publish('/c10', {
        client_name: 'Claude Code',
        client_uri: 'https://claude.ai',
        redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      });
      for (const uri of ['http://localhost:55611/callback', 'http://127.0.0.1:61234/callback']) {
        const browser = new Browser(bench().base);
        const { body } = await consentPage(browser, client(clientId, uri));
        expect(body).toMatch(/notice warn[^<]*any program can say that it is this application/);
        expect(body).toContain(`<code>${new URL(uri).host}</code>`);
        const { access_token } = await client(clientId, uri).connect(browser);
        expect((await callMcp(bench().base, bearer(access_token))).status).toBe(200);
      }
      for (const uri of [
        'http://localhost:55611/other',
        'http://[::1]:55611/callback',
        'https://localhost/callback',
      ])
        expectRefusal(uri, await authorize(clientId, uri));
    },
  );

  clientDocumentContentRows(bench);
  clientDocumentFetchRows(bench);
  clientDocumentCacheRows(bench);
}
