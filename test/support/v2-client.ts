import {
  Client,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { type Credentials, signInAndApprove } from '../../apps/demo/src/browser-walk.js';
import type { SdkClientIdentity } from './v1-client.js';

/** What a client of the v2 SDK stores; the tests read from here what it did. */
export class V2OAuthProvider implements OAuthClientProvider {
  readonly redirectUrl: string;
  readonly clientMetadataUrl?: string;
  readonly clientMetadata: OAuthClientProvider['clientMetadata'];
  authorizationUrl?: URL;
  information?: StoredOAuthClientInformation;
  stored?: StoredOAuthTokens;
  private verifier = '';
  private discovery?: OAuthDiscoveryState;

  constructor({ redirectUri, clientMetadataUrl }: SdkClientIdentity) {
    this.redirectUrl = redirectUri;
    this.clientMetadataUrl = clientMetadataUrl;
    this.clientMetadata = {
      client_name: 'v2 client',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  clientInformation = () => this.information;
  saveClientInformation = (information: StoredOAuthClientInformation): void =>
    void (this.information = information);
  tokens = () => this.stored;
  saveTokens = (tokens: StoredOAuthTokens): void => void (this.stored = tokens);
  redirectToAuthorization = (url: URL): void => void (this.authorizationUrl = url);
  saveCodeVerifier = (verifier: string): void => void (this.verifier = verifier);
  codeVerifier = () => this.verifier;
  saveDiscoveryState = (state: OAuthDiscoveryState): void => void (this.discovery = state);
  discoveryState = () => this.discovery;
}

/** Connects the current line of the official client. */
export async function connectV2(
  mcpUrl: URL,
  credentials: Credentials,
  identity: SdkClientIdentity,
): Promise<{ client: Client; provider: V2OAuthProvider }> {
  const authProvider = new V2OAuthProvider(identity);
  const client = () => new Client({ name: 'v2', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  const transport = new StreamableHTTPClientTransport(mcpUrl, { authProvider });
  await client()
    .connect(transport)
    .catch((error: unknown) => {
      if (!(error instanceof UnauthorizedError)) throw error;
    });
  if (!authProvider.authorizationUrl)
    throw new Error('the client was not sent to the authorization endpoint');
  const { redirectUri } = identity;
  const callback = await signInAndApprove(authProvider.authorizationUrl, redirectUri, credentials);
  await transport.finishAuth(callback.searchParams);
  const connected = client();
  await connected.connect(new StreamableHTTPClientTransport(mcpUrl, { authProvider }));
  return { client: connected, provider: authProvider };
}
