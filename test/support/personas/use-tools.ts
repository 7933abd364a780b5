import type { JsonAnswer } from '../oauth-client.js';
import type { PersonaHttp } from './persona-http.js';

const ENDPOINT = 'modelrunner/upscale';

/** What a client does first with its token: it introduces itself, looks at the tools, and uses one. */
export async function useTools(
  http: PersonaHttp,
  mcpUrl: string,
  revision: string,
  accessToken: string,
): Promise<void> {
  const initialized = await rpc(http, mcpUrl, accessToken, 'initialize', {
    protocolVersion: revision,
    capabilities: {},
    clientInfo: { name: 'a client', version: '1.0.0' },
  });
  expect(initialized.body).toMatchObject({ result: { protocolVersion: revision } });
  const listed = await rpc(http, mcpUrl, accessToken, 'tools/list', {}, revision);
  const { tools } = listed.body.result as { tools: { name: string }[] };
  expect(tools.map(({ name }) => name)).toContain('get_model');
  await callTool(http, mcpUrl, revision, accessToken);
}

export async function callTool(
  http: PersonaHttp,
  mcpUrl: string,
  revision: string,
  accessToken: string,
): Promise<void> {
  const params = { name: 'get_model', arguments: { endpoint: ENDPOINT } };
  const { body } = await rpc(http, mcpUrl, accessToken, 'tools/call', params, revision);
  expect(body).toMatchObject({ result: { structuredContent: { endpoint: ENDPOINT } } });
}

async function rpc(
  http: PersonaHttp,
  mcpUrl: string,
  accessToken: string,
  method: string,
  params: object,
  revision?: string,
): Promise<JsonAnswer> {
  const answer = await http.send(mcpUrl, {
    method: 'POST',
    as: 'mcp',
    headers: {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(revision && { 'mcp-protocol-version': revision }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  expect({ method, status: answer.status }).toEqual({ method, status: 200 });
  return answer;
}
