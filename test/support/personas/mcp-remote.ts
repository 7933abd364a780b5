import { github, type Persona, WELL_KNOWN } from './persona.js';

const CALLBACK = 'http://localhost:35535/oauth/callback';

/** The bridge by which clients without HTTP reach servers that have nothing else. */
export const mcpRemote: Persona = {
  name: 'mcp-remote',
  sources: [
    github('geelen/mcp-remote src/lib/node-oauth-client-provider.ts: registration, scope, preflight'),
    github('anthropics/claude-code/issues/24870: its client name'),
  ],
  userAgent: { oauth: 'node', mcp: 'node' },
  mcpRevision: '2025-06-18',
  discovery: {
    headers: { accept: 'application/json', 'mcp-protocol-version': '2025-06-18' },
    requests: [
      ['POST', '/mcp', 401],
      ['GET', WELL_KNOWN.resource, 200],
      ['GET', WELL_KNOWN.rootResource, 200],
      ['GET', WELL_KNOWN.server, 200],
    ],
  },
  registration: {
    redirect_uris: [CALLBACK],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    client_name: 'MCP CLI Proxy',
    client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
    software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
    software_version: '0.15.0',
    scope: 'mcp',
  },
  preflightsAuthorization: true,
  authorizations: [
    { redirectUri: CALLBACK, scope: 'mcp', state: '6b0f1f8e-0b0b-4a6c-9b6e-3f6f1d2c7a55' },
    // What it asks for when it finds no scope anywhere.
    { redirectUri: CALLBACK, scope: 'openid email profile', state: 'b8c7d1c2-52a1-4c7e-9f6b-0e2d4a1f9c33' },
  ],
  refresh: { atOnce: 2 },
};
