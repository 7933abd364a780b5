import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { signInAndApprove, type Credentials } from '../../apps/demo/src/browser-walk.js';

const REDIRECT_URI = 'http://127.0.0.1:45454/oauth/callback';

/** What a client of the v1 SDK stores; the tests read the tokens from here. */
export class V1OAuthProvider {
  readonly redirectUrl = REDIRECT_URI;
  readonly clientMetadata = {
    client_name: 'v1 client',
    redirect_uris: [REDIRECT_URI],
    token_endpoint_auth_method: 'none',
  };
  authorizationUrl?: URL;
  information?: OAuthClientInformationMixed;
  stored?: OAuthTokens;
  private verifier = '';

  clientInformation = () => this.information;
  saveClientInformation = (information: OAuthClientInformationMixed): void =>
    void (this.information = information);
  tokens = () => this.stored;
  saveTokens = (tokens: OAuthTokens): void => void (this.stored = tokens);
  redirectToAuthorization = (url: URL): void => void (this.authorizationUrl = url);
  saveCodeVerifier = (verifier: string): void => void (this.verifier = verifier);
  codeVerifier = () => this.verifier;
}

/** Connects the maintenance line of the official client, on which most installed assistants are built. */
export async function connectV1(
  mcpUrl: URL,
  credentials: Credentials,
): Promise<{ client: Client; provider: V1OAuthProvider }> {
  const provider = new V1OAuthProvider();
  const transport = new StreamableHTTPClientTransport(mcpUrl, { authProvider: provider });
  await new Client({ name: 'v1', version: '1.0.0' }).connect(transport).catch((error: unknown) => {
    if (!(error instanceof UnauthorizedError)) throw error;
  });
  if (!provider.authorizationUrl) throw new Error('the client was not sent to the authorization endpoint');
  const callback = await signInAndApprove(provider.authorizationUrl, REDIRECT_URI, credentials);
  await transport.finishAuth(callback.searchParams.get('code') ?? '');
  const client = new Client({ name: 'v1', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(mcpUrl, { authProvider: provider }));
  return { client, provider };
}
