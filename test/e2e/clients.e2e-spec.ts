import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { Assistant } from '../../apps/demo/src/assistant.js';
import { startOwnServer, type OwnServer } from '../../apps/demo/src/own-server.js';
import { connectV1, type V1OAuthProvider } from '../support/v1-client.js';

jest.setTimeout(120_000);

const TOOLS = [
  'cancel_request',
  'get_model',
  'get_model_raw_schema',
  'get_request',
  'get_wrapper',
  'list_models',
  'list_my_requests',
  'list_wrappers',
  'recommended_models',
  'recommended_wrappers',
  'run_model',
  'search',
  'upload_file',
  'wait_for_request',
];

/** Both lines of the official client, from the first 401 to a tool's answer, a refresh and a revocation. */
describe('official clients', () => {
  let server: OwnServer;
  let mcpUrl: URL;
  let v1: Client;
  let provider: V1OAuthProvider;

  beforeAll(async () => {
    server = await startOwnServer();
    mcpUrl = new URL(`${server.url}/mcp`);
    ({ client: v1, provider } = await connectV1(mcpUrl, server.credentials));
  });

  afterAll(async () => {
    await v1?.close();
    await server?.stop();
  });

  const token = (form: Record<string, string>) =>
    fetch(`${server.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });

  const listTools = (accessToken: string) =>
    fetch(mcpUrl, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${accessToken}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    });

  it('v1 and v2 see the same 14 tools', async () => {
    const { tools } = await v1.listTools();
    expect(tools.map((tool) => tool.name).sort()).toEqual(TOOLS);
    const v2 = await Assistant.connect(mcpUrl, server.credentials);
    expect((await v2.toolNames()).sort()).toEqual(TOOLS);
    await v2.close();
  });

  it('v1 runs a model and hears about its progress', async () => {
    const submitted = await v1.callTool({
      name: 'run_model',
      arguments: {
        endpoint: 'modelrunner/text-to-speech',
        input: JSON.stringify({ text: 'Hello from the old client.' }),
      },
    });
    const { requestId } = submitted.structuredContent as { requestId: string };
    const messages: string[] = [];
    const result = await v1.callTool(
      { name: 'wait_for_request', arguments: { requestId, timeoutSeconds: '60' } },
      undefined,
      {
        onprogress: (progress) => messages.push(progress.message ?? ''),
      },
    );
    expect(result.structuredContent).toMatchObject({ status: 'COMPLETED' });
    expect(result.content).toContainEqual(
      expect.objectContaining({ type: 'resource_link', mimeType: expect.stringContaining('audio/') }),
    );
    expect(messages.length).toBeGreaterThan(0);
  });

  it('challenges a request without a token as RFC 9728 says', async () => {
    const response = await fetch(mcpUrl, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp", scope="mcp"`,
    );
  });

  it.each(['GET', 'DELETE'])('answers %s /mcp with 405 and the method that is allowed', async (method) => {
    const authorization = `Bearer ${provider.stored!.access_token}`;
    const response = await fetch(mcpUrl, { method, headers: { authorization } });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  it('refreshes, and after a revocation lets no one in', async () => {
    const clientId = provider.information!.client_id;
    const refreshed = await token({
      grant_type: 'refresh_token',
      refresh_token: provider.stored!.refresh_token!,
      client_id: clientId,
    });
    expect(refreshed.status).toBe(200);
    const tokens = (await refreshed.json()) as { access_token: string; refresh_token: string };
    expect(tokens.refresh_token).not.toBe(provider.stored!.refresh_token);
    expect((await listTools(tokens.access_token)).status).toBe(200);

    const revoked = await fetch(`${server.url}/oauth/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: tokens.refresh_token, client_id: clientId }),
    });
    expect(revoked.status).toBe(200);
    const refused = await listTools(tokens.access_token);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
    const dead = await token({
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
      client_id: clientId,
    });
    expect(dead.status).toBe(400);
    expect(await dead.json()).toMatchObject({ error: 'invalid_grant' });
  });
});
