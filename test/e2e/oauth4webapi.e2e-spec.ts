import * as oauth from 'oauth4webapi';
import { signInAndApprove } from '../../apps/demo/src/browser-walk.js';
import { USER } from '../support/oauth-client.js';
import { type OAuthServers, prepareOAuthServers } from '../support/oauth-server.js';

jest.setTimeout(60_000);

const REDIRECT_URI = 'http://127.0.0.1:49152/callback';
/** The library refuses http unless told otherwise; nothing else of its checks is turned off. */
const OPTIONS = { [oauth.allowInsecureRequests]: true };

/** A strict implementation by others: it refuses answers that an RFC does not allow. */
describe('oauth4webapi', () => {
  let servers: OAuthServers;
  let issuer: URL;
  let resource: URL;
  let server: oauth.AuthorizationServer;

  beforeAll(async () => {
    servers = await prepareOAuthServers();
    issuer = new URL((await servers.start()).url);
    resource = new URL('/mcp', issuer);
    const discovered = await oauth.discoveryRequest(issuer, { ...OPTIONS, algorithm: 'oauth2' });
    server = await oauth.processDiscoveryResponse(issuer, discovered);
  });

  afterAll(() => servers?.stop());

  it('reads the metadata of the resource (RFC 9728)', async () => {
    const answer = await oauth.resourceDiscoveryRequest(resource, OPTIONS);
    const found = await oauth.processResourceDiscoveryResponse(resource, answer);
    expect(found).toMatchObject({ resource: resource.href, authorization_servers: [server.issuer] });
  });

  it('knows that the server sends iss (RFC 9207) and does S256 (RFC 7636)', () => {
    expect(server.authorization_response_iss_parameter_supported).toBe(true);
    expect(server.code_challenge_methods_supported).toEqual(['S256']);
  });

  it.each([
    ['none', () => oauth.None()],
    ['client_secret_basic', (secret: string) => oauth.ClientSecretBasic(secret)],
    ['client_secret_post', (secret: string) => oauth.ClientSecretPost(secret)],
  ])('goes the whole way as a client that authenticates by %s', async (method, authentication) => {
    const client = await registerClient(method);
    const authenticate = authentication(client.client_secret as string);
    const tokens = await connect(client, authenticate);
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'mcp', expires_in: expect.any(Number) });
    expect((await listTools(tokens.access_token)).status).toBe(200);

    const refreshed = await refresh(client, authenticate, tokens.refresh_token ?? '');
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    expect((await listTools(refreshed.access_token)).status).toBe(200);

    const revoked = await oauth.revocationRequest(
      server,
      client,
      authenticate,
      refreshed.refresh_token ?? '',
      OPTIONS,
    );
    await oauth.processRevocationResponse(revoked);
    await expect(refresh(client, authenticate, refreshed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
      status: 400,
    });
    await expect(listTools(refreshed.access_token)).rejects.toMatchObject({
      status: 401,
      cause: [
        {
          scheme: 'bearer',
          parameters: expect.objectContaining({
            error: 'invalid_token',
            scope: 'mcp',
            resource_metadata: `${server.issuer}/.well-known/oauth-protected-resource/mcp`,
          }),
        },
      ],
    });
  });

  it('reads a refusal that comes back by redirect (RFC 6749 §4.1.2.1)', async () => {
    const client = await registerClient('none');
    const url = await authorizationUrl(client, oauth.generateRandomCodeVerifier(), 'a state');
    url.searchParams.set('scope', 'not"allowed');
    const refused = await fetch(url, { redirect: 'manual' });
    const callback = new URL(refused.headers.get('location') ?? '');
    expect(() => oauth.validateAuthResponse(server, client, callback, 'a state')).toThrow(
      expect.objectContaining({ error: 'invalid_scope' }),
    );
  });

  async function registerClient(method: string): Promise<oauth.Client> {
    const answer = await oauth.dynamicClientRegistrationRequest(
      server,
      { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: method, client_name: 'oauth4webapi' },
      OPTIONS,
    );
    return oauth.processDynamicClientRegistrationResponse(answer);
  }

  async function authorizationUrl(client: oauth.Client, verifier: string, state: string): Promise<URL> {
    const url = new URL(server.authorization_endpoint ?? '');
    url.search = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: REDIRECT_URI,
      response_type: 'code',
      scope: 'mcp',
      resource: resource.href,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
    }).toString();
    return url;
  }

  async function connect(client: oauth.Client, authenticate: oauth.ClientAuth) {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const url = await authorizationUrl(client, verifier, state);
    const callback = await signInAndApprove(url, REDIRECT_URI, USER);
    const parameters = oauth.validateAuthResponse(server, client, callback, state);
    const answer = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authenticate,
      parameters,
      REDIRECT_URI,
      verifier,
      { ...OPTIONS, additionalParameters: { resource: resource.href } },
    );
    return oauth.processAuthorizationCodeResponse(server, client, answer);
  }

  async function refresh(client: oauth.Client, authenticate: oauth.ClientAuth, refreshToken: string) {
    const answer = await oauth.refreshTokenGrantRequest(server, client, authenticate, refreshToken, {
      ...OPTIONS,
      additionalParameters: { resource: resource.href },
    });
    return oauth.processRefreshTokenResponse(server, client, answer);
  }

  function listTools(accessToken: string): Promise<Response> {
    const headers = new Headers({
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    });
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
    return oauth.protectedResourceRequest(accessToken, 'POST', resource, headers, body, OPTIONS);
  }
});
