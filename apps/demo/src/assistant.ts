import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from '@modelcontextprotocol/client';
import { signInAndApprove, type Credentials } from './browser-walk.js';

/** Where an assistant on the same machine would listen for its code; nobody has to, the walk reads the URL. */
const REDIRECT_URI = 'http://127.0.0.1:33418/callback';
const CALL_TIMEOUT_MS = 620_000;

/** Keeps what the official client stores between the steps of the authorization flow. */
class MemoryOAuthProvider implements OAuthClientProvider {
  readonly redirectUrl = REDIRECT_URI;
  readonly clientMetadata = {
    client_name: 'ModelRunner demo',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  authorizationUrl?: URL;
  private client?: StoredOAuthClientInformation;
  private stored?: StoredOAuthTokens;
  private verifier = '';
  private discovery?: OAuthDiscoveryState;

  clientInformation = () => this.client;
  saveClientInformation = (client: StoredOAuthClientInformation): void => void (this.client = client);
  tokens = () => this.stored;
  saveTokens = (tokens: StoredOAuthTokens): void => void (this.stored = tokens);
  redirectToAuthorization = (url: URL): void => void (this.authorizationUrl = url);
  saveCodeVerifier = (verifier: string): void => void (this.verifier = verifier);
  codeVerifier = () => this.verifier;
  saveDiscoveryState = (state: OAuthDiscoveryState): void => void (this.discovery = state);
  discoveryState = () => this.discovery;
}

export type Json = Record<string, unknown>;

/** An assistant as the server sees one: the official MCP client, signed in through the server's own pages. */
export class Assistant {
  private constructor(private readonly client: Client) {}

  static async connect(mcpUrl: URL, credentials: Credentials): Promise<Assistant> {
    const authProvider = new MemoryOAuthProvider();
    const client = () =>
      new Client({ name: 'modelrunner-demo', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
    const transport = new StreamableHTTPClientTransport(mcpUrl, { authProvider });
    try {
      await client().connect(transport);
      throw new Error('the server let a client in that had not signed in');
    } catch (error) {
      if (!(error instanceof UnauthorizedError) || !authProvider.authorizationUrl) throw error;
    }
    const callback = await signInAndApprove(authProvider.authorizationUrl, REDIRECT_URI, credentials);
    await transport.finishAuth(callback.searchParams);
    const connected = client();
    await connected.connect(new StreamableHTTPClientTransport(mcpUrl, { authProvider }));
    return new Assistant(connected);
  }

  /** The names of the server's tools. */
  async toolNames(): Promise<string[]> {
    return (await this.client.listTools()).tools.map((tool) => tool.name);
  }

  /** Calls a tool; a tool error becomes an exception with the server's own sentence. */
  async call<Result extends Json = Json>(
    name: string,
    args: Json,
    onProgress?: (message: string) => void,
  ): Promise<Result> {
    const result = await this.client.callTool(
      { name, arguments: args },
      {
        timeout: CALL_TIMEOUT_MS,
        resetTimeoutOnProgress: true,
        onprogress: (progress) => onProgress?.(progress.message ?? `${progress.progress}`),
      },
    );
    if (result.isError) throw new Error(`${name}: ${JSON.stringify(result.content)}`);
    return result.structuredContent as Result;
  }

  async close(): Promise<void> {
    await this.client.close();
  }
}
