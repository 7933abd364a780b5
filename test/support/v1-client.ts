import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientInformationMixed, OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { signInAndApprove, type Credentials } from '../../apps/demo/src/browser-walk.js';

/** Who the client is, where that matters to the test. */
export interface SdkClientIdentity {
  redirectUri: string;
  /** The address of its metadata document, for servers that take such; it registers elsewhere. */
  clientMetadataUrl?: string;
}

const NOBODY: SdkClientIdentity = { redirectUri: 'http://127.0.0.1:45454/oauth/callback' };

/** What a client of the v1 SDK stores; the tests read the tokens from here. */
export class V1OAuthProvider {
  readonly redirectUrl: string;
  readonly clientMetadataUrl?: string;
  readonly clientMetadata: {
    client_name: string;
    redirect_uris: string[];
    token_endpoint_auth_method: string;
  };
  authorizationUrl?: URL;
  information?: OAuthClientInformationMixed;
  stored?: OAuthTokens;
  private verifier = '';

  constructor({ redirectUri, clientMetadataUrl }: SdkClientIdentity) {
    this.redirectUrl = redirectUri;
    this.clientMetadataUrl = clientMetadataUrl;
    this.clientMetadata = {
      client_name: 'v1 client',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    };
  }

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
  identity = NOBODY,
): Promise<{ client: Client; provider: V1OAuthProvider }> {
  const provider = new V1OAuthProvider(identity);
  const transport = new StreamableHTTPClientTransport(mcpUrl, { authProvider: provider });
  await new Client({ name: 'v1', version: '1.0.0' }).connect(transport).catch((error: unknown) => {
    if (!(error instanceof UnauthorizedError)) throw error;
  });
  if (!provider.authorizationUrl) throw new Error('the client was not sent to the authorization endpoint');
  const callback = await signInAndApprove(provider.authorizationUrl, identity.redirectUri, credentials);
  await transport.finishAuth(callback.searchParams.get('code') ?? '');
  const client = new Client({ name: 'v1', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(mcpUrl, { authProvider: provider }));
  return { client, provider };
}
