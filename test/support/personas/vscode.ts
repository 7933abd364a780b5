import { github, type Persona, WELL_KNOWN } from './persona.js';

const AUTHORIZATIONS: Persona['authorizations'] = [
  // The port it likes best; base64 in state, with the characters that a careless server spoils.
  { redirectUri: 'http://127.0.0.1:33418/', scope: 'mcp', state: 'gXVXo0/iMD8WMolDHKxSTg==' },
  // Any port when that one is taken.
  { redirectUri: 'http://127.0.0.1:52007/', scope: 'mcp', state: 'Qk+1sVd0mYc2b/Zr8uTqgA==' },
  // Where it cannot listen; its state is then a URI of its own.
  {
    redirectUri: 'https://vscode.dev/redirect',
    scope: 'mcp',
    state: 'vscode://dynamicauthprovider/localhost/authorize?nonce=5f0c8a1e2b7d4936&windowId=1',
  },
];

/** It sends the grants that it knows of those which the server has; all three where the server names none. */
const GRANTS = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];

export const vscode: Persona = {
  name: 'VS Code',
  sources: [
    github('microsoft/vscode src/vs/base/common/oauth.ts: discovery, registration, checks of answers'),
    github('microsoft/vscode src/vs/workbench/api/common/extHostAuthentication.ts: authorization, tokens'),
    github('microsoft/vscode/issues/278512: another port when 33418 is taken'),
    github('microsoft/vscode/issues/311305: scopes of the answer that differ'),
    'https://vscode.dev/oauth/client-metadata.json: the document',
  ],
  userAgent: { oauth: 'Visual Studio Code/1.119.0', mcp: 'Visual Studio Code/1.119.0' },
  mcpRevision: '2025-11-25',
  discovery: {
    headers: { accept: 'application/json', 'mcp-protocol-version': '2025-11-25' },
    requests: [
      ['POST', '/mcp', 401],
      ['GET', WELL_KNOWN.resource, 200],
      ['GET', WELL_KNOWN.server, 200],
    ],
  },
  registration: {
    client_name: 'Visual Studio Code',
    client_uri: 'https://code.visualstudio.com',
    grant_types: GRANTS,
    response_types: ['code'],
    redirect_uris: [
      'https://insiders.vscode.dev/redirect',
      'https://vscode.dev/redirect',
      'http://127.0.0.1/',
      'http://127.0.0.1:33418/',
    ],
    scope: 'mcp',
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  },
  authorizations: AUTHORIZATIONS,
  metadataDocument: {
    content: {
      client_name: 'Visual Studio Code',
      logo_uri: 'https://code.visualstudio.com/assets/branding/code-stable.png',
      grant_types: GRANTS,
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      client_id: 'https://vscode.dev/oauth/client-metadata.json',
      client_uri: 'https://vscode.dev/product',
      redirect_uris: ['http://127.0.0.1:33418/', 'https://vscode.dev/redirect'],
    },
    authorizations: AUTHORIZATIONS,
  },
  refresh: {},
  checks: {
    // Otherwise it forgets the document and guesses /authorize, /token and /register.
    protectedResource: (document, mcpUrl) => {
      expect(new URL(document.resource as string).toString()).toBe(new URL(mcpUrl).toString());
      expect(document.scopes_supported).toEqual(expect.any(Array));
    },
    authorizationServer: (document) => {
      expect(document.issuer).toEqual(expect.any(String));
      expect(document.response_types_supported).toEqual(expect.any(Array));
    },
    registration: (sent, { body }) => {
      expect(body.client_id).toEqual(expect.any(String));
      expect(body.client_name).toBe(sent.client_name);
      expect(body.grant_types).toEqual(['authorization_code', 'refresh_token']);
      // It compares the sets, and asks for nothing at all when they differ.
      expect(body.scope).toBe(sent.scope);
    },
    // It compares the strings, at the first time and at each refresh.
    tokens: (tokens, sent) => expect(tokens.scope).toBe(sent.scope),
  },
};
