import { type InternetStandIn, startInternetStandIn } from '../../support/internet-stand-in.js';
import { USER } from '../../support/oauth-client.js';
import { type OAuthServers, prepareOAuthServers } from '../../support/oauth-server.js';
import { claudeCode } from '../../support/personas/claude-code.js';
import { connectV1, type SdkClientIdentity } from '../../support/v1-client.js';
import { connectV2 } from '../../support/v2-client.js';

jest.setTimeout(60_000);

const lines = [
  { line: 'v1', connect: connectV1 },
  { line: 'v2', connect: connectV2 },
];

/** Both lines of the official client, which most other clients are built on, as clients with and without a document. */
describe('the official SDK', () => {
  const document = claudeCode.metadataDocument!.content;
  const registering: SdkClientIdentity = { redirectUri: 'http://127.0.0.1:45454/oauth/callback' };
  const byDocument: SdkClientIdentity = {
    redirectUri: 'http://localhost:55611/callback',
    clientMetadataUrl: document.client_id,
  };
  let internet: InternetStandIn;
  let servers: OAuthServers;
  let mcpUrl: URL;

  beforeAll(async () => {
    internet = await startInternetStandIn(new Map([[document.client_id, document]]));
    servers = await prepareOAuthServers();
    mcpUrl = new URL('/mcp', (await servers.start(internet.env, internet.execArgv)).url);
  });

  afterAll(async () => {
    await servers?.stop();
    internet?.stop();
  });

  it.each(lines)('$line connects by a metadata document and registers nothing', async ({ connect }) => {
    const { client, provider } = await connect(mcpUrl, USER, byDocument);
    expect(provider.information?.client_id).toBe(document.client_id);
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    await client.close();
  });

  it.each(lines)('$line gets new tokens by itself when the old ones are over', async ({ connect }) => {
    const { client, provider } = await connect(mcpUrl, USER, byDocument);
    const before = provider.stored!;
    provider.stored = { ...before, access_token: 'over' };
    expect((await client.listTools()).tools.length).toBeGreaterThan(0);
    expect(provider.stored.refresh_token).not.toBe(before.refresh_token);
    await client.close();
  });

  it('v1 asks for the scope of the challenge, and v2 to stay connected, with consent', async () => {
    const asked = (url: URL | undefined) => ({
      scope: url?.searchParams.get('scope'),
      prompt: url?.searchParams.get('prompt'),
      resource: url?.searchParams.getAll('resource'),
    });
    const v1 = await connectV1(mcpUrl, USER, registering);
    const v2 = await connectV2(mcpUrl, USER, registering);
    const resource = [mcpUrl.href];
    expect(asked(v1.provider.authorizationUrl)).toEqual({ scope: 'mcp', prompt: null, resource });
    expect(asked(v2.provider.authorizationUrl)).toEqual({
      scope: 'mcp offline_access',
      prompt: 'consent',
      resource,
    });
    expect([v1.provider.stored?.scope, v2.provider.stored?.scope]).toEqual(['mcp', 'mcp offline_access']);
    await Promise.all([v1.client.close(), v2.client.close()]);
  });
});
