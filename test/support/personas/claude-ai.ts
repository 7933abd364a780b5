import { github, type Persona, WELL_KNOWN } from './persona.js';

const CALLBACK = 'https://claude.ai/api/mcp/auth_callback';
const CALLBACK_OF_NEW_DOMAIN = 'https://claude.com/api/mcp/auth_callback';

/** claude.ai in the browser, its desktop and mobile apps: one backend that does it all. */
export const claudeAi: Persona = {
  name: 'claude.ai',
  sources: [
    'https://claude.com/docs/connectors/building/authentication: callback, document, when it is used',
    github('anthropics/claude-ai-mcp/issues/354: order of requests, headers, user agent'),
    github('anthropics/claude-ai-mcp/issues/1043: registers for client_secret_post'),
    github('anthropics/claude-ai-mcp/issues/500: registers without scope'),
    github('anthropics/claude-ai-mcp/issues/453: a space before offline_access'),
    github('anthropics/claude-ai-mcp/issues/124: scope=claudeai'),
  ],
  userAgent: { oauth: 'python-httpx/0.28.1', mcp: 'Claude-User' },
  mcpRevision: '2025-11-25',
  discovery: {
    headers: { accept: '*/*', 'mcp-protocol-version': '2025-11-25' },
    requests: [
      ['POST', '/mcp', 401],
      ['GET', WELL_KNOWN.resource, 200],
      ['GET', WELL_KNOWN.server, 200],
    ],
  },
  registration: {
    client_name: 'Claude',
    client_uri: 'https://claude.ai',
    redirect_uris: [CALLBACK, CALLBACK_OF_NEW_DOMAIN],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_post',
  },
  authorizations: [
    { redirectUri: CALLBACK, scope: 'mcp offline_access', state: 'lVEfRMrQ-0aPXQmSkEhYSA' },
    { redirectUri: CALLBACK, scope: ' offline_access', state: 'Yk3J3O8zX0mE6d-3gkqvZA' },
    { redirectUri: CALLBACK_OF_NEW_DOMAIN, scope: 'claudeai', state: 'q7VgJt2QTfqN0m1S0wZbNg' },
  ],
  metadataDocument: {
    content: {
      client_id: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
      client_name: 'Claude',
      client_uri: 'https://claude.ai',
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    authorizations: [
      { redirectUri: CALLBACK, scope: 'mcp offline_access', state: 'lVEfRMrQ-0aPXQmSkEhYSA' },
      { redirectUri: CALLBACK, scope: 'claudeai', state: 'q7VgJt2QTfqN0m1S0wZbNg' },
    ],
  },
  refresh: {},
};

/** Several reports of a claude.ai that took none of the endpoints from the metadata. */
export const claudeAiThatGuesses: Persona = {
  ...claudeAi,
  name: 'claude.ai where it guesses the endpoints',
  sources: [
    github('anthropics/claude-ai-mcp/issues/82: /authorize, /token and /register at the root'),
    github('anthropics/claude-ai-mcp/issues/846'),
  ],
  endpoints: 'guessed',
  metadataDocument: undefined,
};
