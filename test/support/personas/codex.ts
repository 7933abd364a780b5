import { github, type Persona, WELL_KNOWN } from './persona.js';

/** The end is made of the address of the MCP server. */
const OWN_CALLBACK = 'http://127.0.0.1:41239/callback/a1B2c3D4e5F6';
const STATE = 'HcQ0Jb8wX3u5RkTnV1yZpA';

export const codex: Persona = {
  name: 'Codex',
  sources: [
    github('openai/codex codex-rs/rmcp-client/src/perform_oauth_login.rs: callback, a second resource'),
    github('modelcontextprotocol/rust-sdk crates/rmcp/src/transport/auth.rs: discovery, registration'),
    github('openai/codex/issues/35253: asks for the scopes of the authorization server'),
    'https://chatgpt.com/oauth/codex/client.json: the document',
  ],
  userAgent: { oauth: 'codex-mcp-client/0.154.0', mcp: 'codex-mcp-client/0.154.0' },
  mcpRevision: '2025-06-18',
  discovery: {
    headers: { 'mcp-protocol-version': '2024-11-05' },
    requests: [
      ['GET', WELL_KNOWN.serverUnderPath, 200],
      ['GET', '/mcp/.well-known/oauth-authorization-server', 404],
      ['GET', '/mcp', 401],
      ['GET', WELL_KNOWN.resource, 200],
      ['GET', WELL_KNOWN.server, 200],
    ],
  },
  registration: {
    client_name: 'Codex',
    redirect_uris: [OWN_CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    response_types: ['code'],
    scope: 'mcp offline_access',
  },
  authorizations: [
    { redirectUri: OWN_CALLBACK, scope: 'mcp offline_access', state: STATE },
    // The user's own `oauth_resource` beside the one that the library sends.
    { redirectUri: OWN_CALLBACK, scope: 'mcp offline_access', state: STATE, resources: 2 },
    // Versions before the library knew resource indicators.
    { redirectUri: OWN_CALLBACK, state: STATE, resources: 0 },
  ],
  metadataDocument: {
    content: {
      client_id: 'https://chatgpt.com/oauth/codex/client.json',
      client_name: 'Codex',
      redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    authorizations: [
      { redirectUri: 'http://127.0.0.1:43123/callback', scope: 'mcp offline_access', state: STATE },
    ],
  },
  refresh: { atOnce: 2 },
};
