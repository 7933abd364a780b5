import { github, type Persona, WELL_KNOWN } from './persona.js';

const PORT = 55_611;
const CALLBACK = `http://localhost:${PORT}/callback`;

const base = {
  userAgent: { oauth: 'Bun/1.3.11', mcp: 'claude-code/2.1.176 (cli)' },
  mcpRevision: '2025-11-25',
  discovery: {
    headers: { 'mcp-protocol-version': '2025-11-25' },
    requests: [
      ['POST', '/mcp', 401],
      ['GET', WELL_KNOWN.resource, 200],
      ['GET', WELL_KNOWN.server, 200],
    ],
  },
  // Sessions on one machine share the stored token, and a refresh never says the scope.
  refresh: { atOnce: 4 },
} satisfies Partial<Persona>;

const registration = {
  client_name: 'Claude Code (modelrunner)',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
};

export const claudeCode: Persona = {
  ...base,
  name: 'Claude Code',
  sources: [
    'https://claude.ai/oauth/claude-code-client-metadata: the document',
    github('anthropics/claude-ai-mcp/issues/82: user agents'),
    github('appstrate/appstrate/issues/1267: the registration, which has no scope'),
    github('anthropics/claude-code/issues/37767: another port each time, under a document without one'),
    github('anthropics/claude-code/issues/89862: refresh without scope'),
    github('anthropics/claude-code/issues/85236: sessions that refresh at once'),
  ],
  registration: { ...registration, redirect_uris: [CALLBACK] },
  authorizations: [
    {
      redirectUri: CALLBACK,
      scope: 'mcp offline_access',
      prompt: 'consent',
      state: '-UN_4yvpcta4m_9rqYeVVvHdKs1BV5oXFk-03ij2jgw',
    },
  ],
  metadataDocument: {
    content: {
      client_id: 'https://claude.ai/oauth/claude-code-client-metadata',
      client_name: 'Claude Code',
      client_uri: 'https://claude.ai',
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    authorizations: [
      {
        redirectUri: CALLBACK,
        scope: 'mcp offline_access',
        prompt: 'consent',
        state: '-UN_4yvpcta4m_9rqYeVVvHdKs1BV5oXFk-03ij2jgw',
      },
      {
        redirectUri: 'http://127.0.0.1:3118/callback',
        scope: 'mcp',
        state: '7bJ9Hk1yq4T0mXn2dQvRzWcLpEuFsGaKoIiYxBtNjMs',
      },
    ],
  },
};

const APP_CALLBACK = 'claude://claude.ai/mcp-auth-callback/sdk';

/** Claude Code inside the desktop app, which is called back through the app's own scheme. */
export const claudeDesktopSdk: Persona = {
  ...base,
  name: "Claude Desktop's SDK path",
  sources: [github('anthropics/claude-code/issues/93671: the redirect URI')],
  registration: { ...registration, redirect_uris: [APP_CALLBACK] },
  authorizations: [
    {
      redirectUri: APP_CALLBACK,
      scope: 'mcp offline_access',
      prompt: 'consent',
      state: 'wP5n8QpTj2kXc1fYhV0mRbZsLgDqE9aUoIiKxN3tJMs',
    },
  ],
};
