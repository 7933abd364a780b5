import { json } from '../../support/oauth-client.js';
import { rawRequest } from '../../support/raw-http.js';
import type { Bench } from './bench.js';
import { row } from './row.js';

const RESOURCE_AT_ROOT = '/.well-known/oauth-protected-resource';
const RESOURCE = '/.well-known/oauth-protected-resource/mcp';
const SERVER = '/.well-known/oauth-authorization-server';
const SERVER_AT_RESOURCE = '/.well-known/oauth-authorization-server/mcp';

/** Clients look here, too, and must learn that there is nothing. */
const NOT_HERE = [
  '/.well-known/openid-configuration',
  '/.well-known/openid-configuration/mcp',
  '/mcp/.well-known/openid-configuration',
  '/mcp/.well-known/oauth-authorization-server',
  '/.well-known/oauth-protected-resource/other',
  '/.well-known/jwks.json',
  '/.well-known/anything',
];

/** Every member of the metadata that this server has something to say to; anything else would promise too much. */
const KNOWN_MEMBERS = new Set([
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
  'scopes_supported',
  'response_types_supported',
  'response_modes_supported',
  'grant_types_supported',
  'token_endpoint_auth_methods_supported',
  'revocation_endpoint_auth_methods_supported',
  'code_challenge_methods_supported',
  'authorization_response_iss_parameter_supported',
  'client_id_metadata_document_supported',
  'service_documentation',
]);

/** Rows D: how a client finds its way. */
export function discoveryRows(bench: () => Bench): void {
  const get = (path: string, init: RequestInit = {}) => fetch(`${bench().base}${path}`, init);
  const read = async (path: string) => {
    const answer = await json(await get(path));
    expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    expect(answer.headers.get('content-type')).toMatch(/^application\/json(;|$)/);
    return answer.body;
  };

  row(
    {
      id: 'D1',
      level: 'MUST',
      source: 'MCP authorization, RFC 9728 §3',
      rule: 'The protected resource metadata names the MCP endpoint as the resource and this server as its only authorization server.',
    },
    async () => {
      expect(await read(RESOURCE)).toMatchObject({
        resource: bench().resource,
        authorization_servers: [bench().base],
      });
    },
  );

  row(
    {
      id: 'D2',
      level: 'SHOULD',
      source: 'MCP authorization (protected resource metadata discovery), RFC 9728 §3.1',
      rule: 'The same document stands at the root of `/.well-known`, where clients look second.',
    },
    async () => expect(await read(RESOURCE_AT_ROOT)).toEqual(await read(RESOURCE)),
  );

  row(
    {
      id: 'D3',
      level: 'SHOULD NOT',
      source: 'MCP authorization 2026-07-28, RFC 9728 §2',
      rule: 'The resource asks for the scope `mcp`, leaves `offline_access` to the authorization server, and takes tokens in the header alone.',
    },
    async () => {
      expect(await read(RESOURCE)).toMatchObject({
        scopes_supported: ['mcp'],
        bearer_methods_supported: ['header'],
      });
    },
  );

  row(
    {
      id: 'D4',
      level: 'MUST',
      source: 'RFC 8414 §3.3, RFC 9728 §3.3',
      rule: 'The issuer in the authorization server metadata is, byte for byte, the address that the resource named.',
    },
    async () => {
      const { issuer } = await read(SERVER);
      expect(issuer).toBe(bench().base);
      expect(await read(RESOURCE)).toMatchObject({ authorization_servers: [issuer] });
    },
  );

  row(
    {
      id: 'D5',
      level: 'MUST',
      source: 'MCP authorization (PKCE), RFC 8414 §2, RFC 7636 §4.2',
      rule: 'The only code challenge method is S256.',
    },
    async () => expect((await read(SERVER)).code_challenge_methods_supported).toEqual(['S256']),
  );

  row(
    {
      id: 'D6',
      level: 'MUST',
      source: 'RFC 8414 §2',
      rule: 'The only response type is `code`, answered in the query, and the only grants are authorization code and refresh token.',
      note: 'VS Code registers just the grants that stand here.',
    },
    async () => {
      expect(await read(SERVER)).toMatchObject({
        response_types_supported: ['code'],
        response_modes_supported: ['query'],
        grant_types_supported: ['authorization_code', 'refresh_token'],
      });
    },
  );

  row(
    {
      id: 'D7',
      level: 'interop',
      source: 'RFC 8414 §2; Claude and Codex use a metadata document only where `none` is listed',
      rule: 'Public clients and both kinds of client secret are offered, for tokens and for revocation alike.',
    },
    async () => {
      const metadata = await read(SERVER);
      const methods = metadata.token_endpoint_auth_methods_supported as string[];
      expect([...methods].sort()).toEqual(['client_secret_basic', 'client_secret_post', 'none']);
      expect(metadata.revocation_endpoint_auth_methods_supported).toEqual(methods);
    },
  );

  row(
    {
      id: 'D8',
      level: 'MUST',
      source: 'RFC 9207 §3',
      rule: 'The metadata says that every authorization response carries `iss`.',
    },
    async () => expect((await read(SERVER)).authorization_response_iss_parameter_supported).toBe(true),
  );

  row(
    {
      id: 'D10',
      level: 'SHOULD',
      source: 'MCP authorization 2026-07-28, RFC 8414 §2',
      rule: 'The authorization server grants `mcp` and `offline_access`, and says so.',
    },
    async () => expect((await read(SERVER)).scopes_supported).toEqual(['mcp', 'offline_access']),
  );

  row(
    {
      id: 'D11',
      level: 'policy',
      source: 'RFC 8414 §2, RFC 9728 §2',
      rule: 'Every address in the two documents answers, as do the short ones that clients guess, and nothing is advertised that this server does not do.',
    },
    async () => {
      const metadata = await read(SERVER);
      expect(Object.keys(metadata).filter((member) => !KNOWN_MEMBERS.has(member))).toEqual([]);
      const resource = await read(RESOURCE);
      for (const [member, value] of Object.entries({ ...resource, ...metadata })) {
        if (typeof value !== 'string' || !value.startsWith('http')) continue;
        const { status } = await fetch(value, { redirect: 'manual' });
        expect({ member, found: status !== 404 && status < 500 }).toEqual({ member, found: true });
      }
      for (const endpoint of ['token', 'registration', 'revocation']) {
        const answer = await json(
          await fetch(metadata[`${endpoint}_endpoint`] as string, { method: 'POST' }),
        );
        expect({ endpoint, status: answer.status }).toEqual({ endpoint, status: 400 });
        expect(answer.body.error).toMatch(/^invalid_/);
      }
      for (const path of ['/token', '/register']) {
        const answer = await json(await get(path, { method: 'POST' }));
        expect({ path, status: answer.status }).toEqual({ path, status: 400 });
        expect(answer.body.error).toMatch(/^invalid_/);
      }
      const page = await get('/authorize', { redirect: 'manual' });
      expect(page.status).toBe(400);
      expect(page.headers.get('content-type')).toContain('text/html');
    },
  );

  row(
    {
      id: 'D12',
      level: 'interop',
      source: 'OpenID Connect Discovery 1.0 §3; the MCP SDKs',
      rule: 'There is no OpenID configuration: whatever a client accepts, it gets a 404 in JSON, which sends it on its way.',
      note: 'This server is no OpenID provider. Half of such a document fails the schema that the SDKs check it with, and so would end a discovery that otherwise succeeds.',
    },
    async () => {
      for (const accept of ['application/json', 'text/html', '*/*'])
        await expectJson404(get('/.well-known/openid-configuration', { headers: { accept } }), accept);
    },
  );

  row(
    {
      id: 'D13',
      level: 'interop',
      source: 'RFC 8414 §3.1; the MCP SDKs, VS Code',
      rule: 'Under the path of the resource the OAuth metadata stands as well; everything else that clients probe for is a 404 in JSON, never a page and never a 401.',
    },
    async () => {
      expect(await read(SERVER_AT_RESOURCE)).toEqual(await read(SERVER));
      for (const path of NOT_HERE) await expectJson404(get(path), path);
    },
  );

  row(
    {
      id: 'D14',
      level: 'interop',
      source: 'Fetch §3.2 (CORS); MCP Inspector and other clients in browsers',
      rule: 'A page of any origin may read the well-known documents, and learn that one is not there, with the MCP headers on its request.',
    },
    async () => {
      const origin = 'http://localhost:6274';
      for (const path of [RESOURCE, RESOURCE_AT_ROOT, SERVER, SERVER_AT_RESOURCE, ...NOT_HERE.slice(0, 1)]) {
        const preflight = await get(path, {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': 'GET',
            'access-control-request-headers': 'mcp-protocol-version',
          },
        });
        expect({ path, ok: preflight.ok }).toEqual({ path, ok: true });
        expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
        expect(preflight.headers.get('access-control-allow-headers')).toMatch(/mcp-protocol-version|\*/i);
        expect(preflight.headers.get('access-control-allow-methods')).toMatch(/\bGET\b/);
        const answer = await get(path, { headers: { origin, 'mcp-protocol-version': '2025-11-25' } });
        expect({ path, origin: answer.headers.get('access-control-allow-origin') }).toEqual({
          path,
          origin: '*',
        });
        expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      }
    },
  );

  row(
    {
      id: 'D15',
      level: 'MUST NOT',
      source: 'RFC 9700 §4.13, OWASP ASVS 5.0 §4.1.3',
      rule: 'No header of a request changes an address that this server names: not in the documents, not in the challenge, not in an answer for a browser.',
    },
    async () => {
      const forged = [
        'Host: evil.example',
        'X-Forwarded-Host: evil.example',
        'X-Forwarded-Proto: gopher',
        'X-Forwarded-For: 203.0.113.9',
        'Forwarded: host=evil.example;proto=gopher',
        'X-Original-Host: evil.example',
        'Connection: close',
      ].join('\n');
      for (const line of [`GET ${RESOURCE}`, `GET ${SERVER}`, 'POST /mcp', 'GET /oauth/authorize', 'GET /']) {
        const { text } = await rawRequest(bench().base, { head: `${line} HTTP/1.1\n${forged}` });
        expect({ line, evil: /evil\.example|gopher/.exec(text)?.[0] }).toEqual({ line, evil: undefined });
      }
      for (const path of [RESOURCE, SERVER]) {
        const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
        expect(await json(await get(path, { headers })).then(({ body }) => body)).toEqual(await read(path));
      }
      // Nor when the peer is a proxy that is trusted with the address of the caller.
      const proxied = await bench().startServer({
        PUBLIC_URL: 'https://run.example',
        TRUST_PROXY: '127.0.0.1,::1',
      });
      const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' };
      const [server, resource] = await Promise.all(
        [SERVER, RESOURCE].map(async (path) => json(await fetch(`${proxied.url}${path}`, { headers }))),
      );
      expect(server?.body).toMatchObject({ issuer: 'https://run.example' });
      expect(resource?.body).toMatchObject({ resource: 'https://run.example/mcp' });
    },
  );
}

async function expectJson404(asked: Promise<Response>, what: string): Promise<void> {
  const answer = await asked;
  expect({ what, status: answer.status }).toEqual({ what, status: 404 });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json(;|$)/);
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  expect(await answer.json()).toEqual(expect.any(Object));
}
