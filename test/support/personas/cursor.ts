import { github, type Persona, WELL_KNOWN } from './persona.js';

const APP = 'cursor://anysphere.cursor-mcp/oauth/callback';
const WEB = 'https://www.cursor.com/agents/mcp/oauth/callback';
const LOOPBACK = 'http://localhost:8787/callback';

export const cursor: Persona = {
  name: 'Cursor',
  sources: [
    github('erp-mafia/accounted/pull/2225: all three redirect URIs in one registration'),
    github('soflyy/agent-connector-for-wp/issues/111: one refused URI ends it'),
    github(
      'better-auth/better-auth/pull/10956: application_type web beside cursor://; newer ones leave it out',
    ),
  ],
  userAgent: { oauth: 'node', mcp: 'node' },
  mcpRevision: '2025-06-18',
  discovery: {
    headers: { 'mcp-protocol-version': '2025-06-18' },
    requests: [
      ['POST', '/mcp', 401],
      ['GET', WELL_KNOWN.resource, 200],
      ['GET', WELL_KNOWN.server, 200],
    ],
  },
  registration: {
    client_name: 'Cursor',
    redirect_uris: [APP, WEB, LOOPBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'web',
  },
  authorizations: [
    { redirectUri: APP, scope: 'mcp', state: 'eyJpZCI6InVzZXItbW9kZWxydW5uZXIiLCJuIjoxfQ==' },
    { redirectUri: WEB, scope: 'mcp', state: 'b3a0f5d2-94c1-4f0e-8d7a-2c6e1b9a7f43' },
    { redirectUri: LOOPBACK, scope: 'mcp', state: '0d1f8c35-6a7e-4b52-9c84-e3f7a2b61d90' },
  ],
  refresh: {},
};
