import { github, type Persona, WELL_KNOWN } from './persona.js';

const OWN_CALLBACK = 'https://chatgpt.com/connector/oauth/OUbdUMlL15Ct';
const STABLE_CALLBACK = 'https://chatgpt.com/connector_platform_oauth_redirect';

export const chatGpt: Persona = {
  name: 'ChatGPT',
  sources: [
    'https://developers.openai.com/apps-sdk/build/auth: callbacks, resource on both requests, registration',
    github('openai/codex/issues/47513: the order of its well-known requests'),
    github('anthropics/claude-ai-mcp/issues/82: user agents'),
    github('gamedevpl/www.gamedev.pl/pull/641: a document that prefers private_key_jwt and knows none'),
    'https://chatgpt.com/oauth/client.json: the document, whose callback is for servers that send iss',
  ],
  userAgent: { oauth: 'Python/3.12 aiohttp/3.13.3', mcp: 'openai-mcp/1.0.0 (ChatGPT)' },
  mcpRevision: '2025-11-25',
  discovery: {
    requests: [
      ['POST', '/mcp', 401],
      ['GET', WELL_KNOWN.resource, 200],
      ['GET', WELL_KNOWN.server, 200],
      ['GET', WELL_KNOWN.openId, 404],
    ],
  },
  registration: {
    client_name: 'ChatGPT',
    redirect_uris: [OWN_CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  authorizations: [
    { redirectUri: OWN_CALLBACK, scope: 'mcp offline_access', state: 'oauth_s_68f1c2d9a3b48191b7e5' },
  ],
  metadataDocument: {
    content: {
      client_id: 'https://chatgpt.com/oauth/client.json',
      client_uri: 'https://chatgpt.com/',
      redirect_uris: [STABLE_CALLBACK],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      client_name: 'ChatGPT',
      logo_uri: 'https://persistent.oaistatic.com/sonic/misc/openai-logo.png',
      token_endpoint_auth_signing_alg: 'RS256',
      jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
    },
    authorizations: [
      { redirectUri: STABLE_CALLBACK, scope: 'mcp offline_access', state: 'oauth_s_68f1c2d9a3b48191b7e5' },
    ],
  },
  refresh: { scope: 'mcp offline_access' },
};
