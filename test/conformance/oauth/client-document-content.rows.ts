import { type Route, sendJson } from '../../support/document-server.js';
import { bearer, Browser, callMcp } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { APP, useClientDocuments } from './client-documents.js';
import { row } from './row.js';

const CIMD = 'draft-ietf-oauth-client-id-metadata-document';

/** Rows C3, C4, C8, C9 and C11: what a document may say. */
export function clientDocumentContentRows(bench: () => Bench): void {
  const { server, client, authorize, expectRefused } = useClientDocuments(bench);

  row(
    {
      id: 'C3',
      level: 'MUST',
      source: `${CIMD} §4, RFC 3986 §6.2.1`,
      rule: 'The client_id in the document is the URL that it was fetched from, character by character.',
    },
    async () => {
      const url = server().origin;
      const others = [
        undefined,
        'https://app.example/c3',
        `${url}/c3/`,
        `${url}/C3`,
        `${url}/%633`,
        `${url}/c3?`,
        url.replace('localhost', 'LOCALHOST') + '/c3',
        [`${url}/c3`],
      ];
      for (const client_id of others) {
        const clientId = server().route('/c3', sendJson({ ...APP, client_id }));
        await expectRefused(clientId, /client_id is not the very address/);
      }
      // The same the other way round: the document is right, and the request spells its address in another way.
      server().publish('/c3', APP);
      for (const clientId of [url.replace('localhost', 'LocalHost') + '/c3', `${url}/%633`, `${url}/c3?`]) {
        server().route(
          new URL(clientId).pathname + (clientId.endsWith('?') ? '?' : ''),
          sendJson({ ...APP, client_id: `${url}/c3` }),
        );
        await expectRefused(clientId, /client_id is not the very address|answered with status 404/);
      }
      expect((await authorize(`${url}/c3`)).status).toBe(303);
    },
  );

  row(
    {
      id: 'C4',
      level: 'MUST',
      source: `${CIMD} §4 and §6.1, MCP authorization`,
      rule: 'A document without client_name or redirect_uris, one that is no JSON object, and a web page that answers 200 are refused.',
    },
    async () => {
      const text =
        (type: string, body: string): Route =>
        (_, response) =>
          response.writeHead(200, { 'content-type': type }).end(body);
      const cases: [string, Route | object, RegExp][] = [
        ['no-name', { client_name: undefined }, /client_name is missing/],
        ['empty-name', { client_name: '' }, /client_name is missing/],
        ['no-redirects', { redirect_uris: undefined }, /redirect_uris must be/],
        ['empty-redirects', { redirect_uris: [] }, /redirect_uris must be/],
        ['unsafe-redirect', { redirect_uris: ['javascript:alert(1)'] }, /redirect_uris\[0\]/],
        ['array', sendJson([APP]), /not a JSON object/],
        ['null', sendJson(null), /not a JSON object/],
        ['string', sendJson('client'), /not a JSON object/],
        ['page', text('text/html', '<!doctype html><title>Claude</title>'), /did not send JSON/],
        ['disguised-page', text('application/json', '<!doctype html>'), /did not send JSON/],
        ['half', text('application/json', '{"client_id":'), /did not send JSON/],
        ['empty', text('application/json', ''), /did not send JSON/],
      ];
      for (const [name, document, reason] of cases) {
        const path = `/c4/${name}`;
        const clientId =
          typeof document === 'function'
            ? server().route(path, document as Route)
            : server().publish(path, { ...APP, ...document });
        await expectRefused(clientId, reason);
      }
    },
  );

  row(
    {
      id: 'C8',
      level: 'MUST NOT',
      source: `${CIMD} §4.1`,
      rule: 'A document with a client secret, a private or symmetric key, or a method that needs a secret is refused.',
    },
    async () => {
      const cases: [object, RegExp][] = [
        [{ client_secret: 'secret' }, /contains client_secret,/],
        [{ client_secret_expires_at: 0 }, /contains client_secret_expires_at/],
        [{ jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' }] } }, /public keys only/],
        [{ jwks: { keys: [{ kty: 'RSA', n: 'n', e: 'AQAB', d: 'd', p: 'p', q: 'q' }] } }, /public keys only/],
        [{ jwks: { keys: [{ kty: 'oct', k: 'k' }] } }, /public keys only/],
        [{ token_endpoint_auth_method: 'client_secret_basic' }, /needs a secret/],
        [{ token_endpoint_auth_method: 'client_secret_post' }, /needs a secret/],
        [{ token_endpoint_auth_method: 'client_secret_jwt' }, /needs a secret/],
      ];
      for (const [index, [members, reason]] of cases.entries()) {
        await expectRefused(server().publish(`/c8/${index}`, { ...APP, ...members }), reason);
      }
    },
  );

  row(
    {
      id: 'C9',
      level: 'interop',
      source: 'ChatGPT, OpenID Connect RP Metadata Choices',
      rule: 'A client that prefers private_key_jwt and lists none is a public client; one that can do nothing but private_key_jwt is told so.',
      note: 'Assertions are not implemented: PKCE and the host of the document are what proves such a client.',
    },
    async () => {
      const chatGpt = {
        ...APP,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'RS256',
        jwks_uri: `${server().origin}/c9/jwks.json`,
      };
      const both = server().publish('/c9/both', {
        ...chatGpt,
        token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      });
      const tokens = await client(both).connect(new Browser(bench().base));
      expect((await callMcp(bench().base, bearer(tokens.access_token))).status).toBe(200);
      await expectRefused(server().publish('/c9/alone', chatGpt), /wants to sign its requests/);
      const only = { ...chatGpt, token_endpoint_auth_methods_supported: ['private_key_jwt'] };
      await expectRefused(server().publish('/c9/only', only), /wants to sign its requests/);
      expect(server().requests).not.toContain('/c9/jwks.json');
    },
  );

  row(
    {
      id: 'C11',
      level: 'interop',
      source: 'RFC 7591 §2, VS Code, ChatGPT',
      rule: 'Grant and response types that this server does not know are dropped; what is left must be of use.',
    },
    async () => {
      const clientId = server().publish('/c11', {
        ...APP,
        grant_types: [
          'authorization_code',
          'refresh_token',
          'urn:ietf:params:oauth:grant-type:jwt-bearer',
          'urn:ietf:params:oauth:grant-type:device_code',
        ],
        response_types: ['code', 'id_token', 'code id_token'],
      });
      const tokens = await client(clientId).connect(new Browser(bench().base));
      expect((await client(clientId).refresh(tokens.refresh_token)).status).toBe(200);
      const [stored] = await bench().sql('SELECT grant_types FROM oauth_clients WHERE client_id = $1', [
        clientId,
      ]);
      expect(stored).toEqual({ grant_types: ['authorization_code', 'refresh_token'] });
      const useless = { ...APP, grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] };
      await expectRefused(server().publish('/c11/grant', useless), /must include authorization_code/);
      const implicit = { ...APP, response_types: ['id_token', 'token'] };
      await expectRefused(server().publish('/c11/response', implicit), /must include code/);
    },
  );
}
