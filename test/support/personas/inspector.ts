import { github, type Persona, WELL_KNOWN } from './persona.js';

const PAGE = 'http://localhost:6274';
const STATE = '4f6c1d0b7a9e8352c4f6c1d0b7a9e8352c4f6c1d0b7a9e8352c4f6c1d0b7a9e83';

/** A page in a browser, so everything that it does must be allowed to other origins. */
export const inspector: Persona = {
  name: 'MCP Inspector',
  sources: [
    github('modelcontextprotocol/inspector client/src/lib/auth.ts: registration, with a scope of nothing'),
  ],
  origin: PAGE,
  mcpRevision: '2025-11-25',
  discovery: {
    headers: { 'mcp-protocol-version': '2025-11-25' },
    requests: [
      ['POST', '/mcp', 401],
      ['GET', WELL_KNOWN.resource, 200],
      ['GET', WELL_KNOWN.server, 200],
    ],
  },
  registration: {
    redirect_uris: [`${PAGE}/oauth/callback`, `${PAGE}/oauth/callback/debug`],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    client_name: 'MCP Inspector',
    client_uri: 'https://github.com/modelcontextprotocol/inspector',
    scope: '',
  },
  authorizations: [
    { redirectUri: `${PAGE}/oauth/callback`, scope: 'mcp offline_access', prompt: 'consent', state: STATE },
    { redirectUri: `${PAGE}/oauth/callback/debug`, scope: 'mcp', state: STATE },
  ],
  refresh: {},
};

/** The last of its first line, whose refresh names two content types at once. */
export const oldInspector: Persona = {
  ...inspector,
  name: 'MCP Inspector 0.21',
  sources: [
    github('modelcontextprotocol/inspector/issues/1160: two content types at refresh'),
    github('agentfront/frontmcp/issues/473'),
  ],
  mcpRevision: '2025-06-18',
  authorizations: [{ redirectUri: `${PAGE}/oauth/callback`, scope: 'mcp', state: STATE }],
  refresh: { contentType: 'application/json, application/x-www-form-urlencoded' },
};

/** In a terminal, with a callback of its own. */
export const inspectorInTerminal: Persona = {
  ...inspector,
  name: 'MCP Inspector in a terminal',
  origin: undefined,
  userAgent: { oauth: 'node', mcp: 'node' },
  registration: { ...inspector.registration, redirect_uris: ['http://127.0.0.1:6276/oauth/callback'] },
  authorizations: [{ redirectUri: 'http://127.0.0.1:6276/oauth/callback', scope: 'mcp', state: STATE }],
};
