import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import {
  Client as V2Client,
  StreamableHTTPClientTransport as V2Transport,
} from '@modelcontextprotocol/client';
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as V1Transport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  callMessage,
  messagesOf,
  type ProtocolApp,
  REQUEST_ID,
  requestView,
  startProtocolApp,
} from '../test/protocol-app.js';

const AUTHORIZED = { requestInit: { headers: { authorization: 'Bearer good' } } };
const OLD_REVISIONS = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

describe('POST /mcp', () => {
  let app: ProtocolApp;
  beforeAll(async () => {
    app = await startProtocolApp();
  });
  afterAll(() => app.close());
  beforeEach(() => jest.clearAllMocks());

  describe.each(OLD_REVISIONS)('in revision %s', (revision) => {
    const header = revision >= '2025-06-18' ? { 'mcp-protocol-version': revision } : undefined;

    it('initializes without a session', async () => {
      const params = {
        protocolVersion: revision,
        capabilities: {},
        clientInfo: { name: 'raw', version: '1' },
      };
      const response = await app.post({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
      const [message] = await messagesOf(response);
      expect(response.status).toBe(200);
      expect(message).toMatchObject({
        id: 0,
        result: {
          protocolVersion: revision,
          capabilities: { tools: {} },
          serverInfo: { title: 'ModelRunner' },
        },
      });
      expect(message?.result?.instructions).toMatch(
        /recommended_models.*get_model.*upload_file.*run_model.*wait_for/,
      );
    });

    it('lists and calls tools on connections of their own', async () => {
      const list = await app.post({ jsonrpc: '2.0', id: 'a', method: 'tools/list' }, header);
      expect((await messagesOf(list))[0]?.result?.tools).toHaveLength(14);
      const call = await app.post(callMessage('get_model', { endpoint: 'a/b' }, 7), header);
      const [answer] = await messagesOf(call);
      expect(answer).toMatchObject({ id: 7, result: { structuredContent: { endpoint: 'a/b', inputs: [] } } });
      expect(answer?.result?.content).toEqual([{ type: 'text', text: '{"endpoint":"a/b","inputs":[]}' }]);
    });

    it('takes notifications', async () => {
      const response = await app.post({ jsonrpc: '2.0', method: 'notifications/initialized' }, header);
      expect(response.status).toBe(202);
    });

    it(`links to files ${header ? 'beside the text' : 'only in the text, as it knows no resource_link'}`, async () => {
      const response = await app.post(callMessage('get_request', { requestId: REQUEST_ID }), header);
      const content = (await messagesOf(response))[0]?.result?.content ?? [];
      expect(content[0]?.text).toContain('http://localhost/media/k.png');
      const link = {
        type: 'resource_link',
        uri: 'http://localhost/media/k.png',
        name: 'up.png',
        mimeType: 'image/png',
      };
      expect(content.slice(1)).toEqual(header ? [{ ...link, size: 1234 }] : []);
    });
  });

  describe.each([
    ['v1', () => new V1Client({ name: 'v1', version: '1' }), () => new V1Transport(app.url, AUTHORIZED)],
    [
      'v2',
      () => new V2Client({ name: 'v2', version: '1' }, { versionNegotiation: { mode: 'auto' } }),
      () => new V2Transport(app.url, AUTHORIZED),
    ],
  ] as const)('with the official %s client', (name, createClient, createTransport) => {
    let client: V1Client;
    beforeAll(async () => {
      client = createClient() as V1Client;
      await client.connect(createTransport());
    });
    afterAll(() => client.close());

    it('calls every kind of tool, and the client finds that the results fit their schemas', async () => {
      const { tools } = await client.listTools();
      expect(tools).toHaveLength(14);
      expect(client.getInstructions()).toMatch(/recommended_models/);
      app.services.wait.wait.mockResolvedValueOnce({ ...requestView(), timedOut: false });
      const calls: [string, Record<string, unknown>][] = [
        ['recommended_models', { category: 'image' }],
        ['recommended_wrappers', { category: 'video' }],
        ['list_models', {}],
        ['list_wrappers', { page: '2' }],
        ['search', { query: 'upscale' }],
        ['get_model', { endpoint: 'a/b' }],
        ['get_wrapper', { endpoint: 'a/b' }],
        ['get_model_raw_schema', { endpoint: 'a/b' }],
        ['upload_file', { base64: 'AAAA' }],
        ['run_model', { endpoint: 'a/b', input: '{"x":1}' }],
        ['get_request', { requestId: REQUEST_ID }],
        ['wait_for_request', { requestId: REQUEST_ID }],
        ['cancel_request', { requestId: REQUEST_ID }],
        ['list_my_requests', {}],
      ];
      expect(calls.map(([name]) => name).sort()).toEqual(tools.map(({ name }) => name).sort());
      for (const [name, args] of calls) {
        const result = await client.callTool({ name, arguments: args });
        expect([name, result.isError ?? false]).toEqual([name, false]);
        const [first] = result.content as { text: string }[];
        expect(JSON.parse(first?.text ?? '')).toEqual(result.structuredContent);
      }
    });

    it('hears progress, and ends a wait by cancelling it', async () => {
      const messages: (string | undefined)[] = [];
      const cancel = new AbortController();
      const call = { name: 'wait_for_request', arguments: { requestId: REQUEST_ID } };
      const options = {
        signal: cancel.signal,
        onprogress: ({ message }: { message?: string }) => {
          messages.push(message);
          cancel.abort('enough');
        },
      };
      // v1 has a result schema between the two.
      const waiting =
        name === 'v1' ? client.callTool(call, undefined, options) : client.callTool(call, options as never);
      await expect(waiting).rejects.toThrow(/enough|abort/i);
      expect(messages).toEqual(['The request is number 2 in the queue.']);
      const signal = app.services.wait.wait.mock.calls[0]?.[2].signal;
      if (!signal?.aborted) await once(signal!, 'abort');
      expect(signal?.aborted).toBe(true);
    });

    it('gets a mistake as a result, and an unknown tool as a protocol error', async () => {
      const result = await client.callTool({ name: 'get_request', arguments: { requestId: 'nope' } });
      expect(result).toMatchObject({ isError: true });
      expect(result.structuredContent).toBeUndefined();
      expect(JSON.stringify(result.content)).toMatch(/no such request\. Call list_my_requests/);
      await expect(client.callTool({ name: 'rm', arguments: {} })).rejects.toMatchObject({ code: -32602 });
    });
  });

  it('speaks 2026-07-28 to a client that offers it', async () => {
    const client = new V2Client(
      { name: 'v2', version: '1' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    );
    await client.connect(new V2Transport(app.url, AUTHORIZED));
    const result = await client.callTool({ name: 'get_request', arguments: { requestId: REQUEST_ID } });
    expect(result.content.map(({ type }) => type)).toEqual(['text', 'resource_link']);
    await client.close();
  });

  it('ends a wait whose client goes away', async () => {
    const body = JSON.stringify(callMessage('wait_for_request', { requestId: REQUEST_ID }));
    const headers = {
      authorization: 'Bearer good',
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    const sent = httpRequest(app.url, { method: 'POST', headers }).on('error', () => undefined);
    sent.end(body);
    while (app.services.wait.wait.mock.calls.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const signal = app.services.wait.wait.mock.calls[0]?.[2].signal;
    expect(signal?.aborted).toBe(false);
    sent.destroy();
    await once(signal!, 'abort');
  });

  it('gives an unexpected error no words but a request id', async () => {
    app.services.catalog.getModel.mockRejectedValueOnce(new Error('select secret from 10.0.0.7'));
    const response = await app.post(callMessage('get_model', { endpoint: 'a/b' }));
    const [message] = await messagesOf(response);
    const text = message?.result?.content?.[0]?.text ?? '';
    expect(message?.result?.isError).toBe(true);
    expect(text).toContain(response.headers.get('x-request-id'));
    expect(text).not.toMatch(/secret|10\.0/);
  });
});
