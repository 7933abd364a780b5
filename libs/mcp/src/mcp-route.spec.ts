import { EventEmitter, once } from 'node:events';
import { request as httpRequest } from 'node:http';
import {
  callMessage,
  messagesOf,
  type ProtocolApp,
  REQUEST_ID,
  startProtocolApp,
  storedFile,
} from '../test/protocol-app.js';

const MEBIBYTE = 1024 * 1024;

describe('the route /mcp', () => {
  let app: ProtocolApp;
  beforeAll(async () => {
    // A cap of 12 MiB keeps the bodies of this suite small, and large enough for the gate.
    app = await startProtocolApp({ MAX_FILE_BYTES: String(12 * MEBIBYTE) });
  });
  afterAll(() => app.close());
  beforeEach(() => jest.clearAllMocks());

  it.each(['GET', 'DELETE', 'PUT'])('answers %s with 405 and Allow', async (method) => {
    const response = await fetch(app.url, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await response.json()).toMatchObject({
      jsonrpc: '2.0',
      error: { message: 'Method not allowed.' },
    });
  });

  it('takes a trailing slash, and keeps the headers that hooks set', async () => {
    const response = await fetch(`${app.url.href}/`, {
      method: 'POST',
      headers: { authorization: 'Bearer good', 'content-type': 'application/json', accept: '*/*' },
      body: JSON.stringify(callMessage('get_model', { endpoint: 'a/b' })),
    });
    expect((await messagesOf(response))[0]?.result?.structuredContent).toMatchObject({ endpoint: 'a/b' });
    expect(response.headers.get('x-request-id')).toMatch(/^[\w-]{16}$/);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('leaves errors of earlier hooks to the renderer of the whole server', async () => {
    const response = await app.post(callMessage('get_model', { endpoint: 'a/b' }), {
      authorization: 'Bearer bad',
    });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ details: { code: 'unauthenticated' } });
    expect(app.services.catalog.getModel).not.toHaveBeenCalled();
  });

  it.each([
    ['{"jsonrpc":', 'application/json', 400, -32700],
    ['', 'application/json', 400, -32700],
    ['{"__proto__":{}}', 'application/json', 400, -32700],
    ['"text"', 'application/json', 400, -32600],
    ['{"jsonrpc":"2.0"}', 'application/json', 400, -32600],
    ['a=b', 'application/x-www-form-urlencoded', 415, -32000],
    ['{}', 'text/plain', 415, -32000],
  ])('answers the body %j of type %s in JSON-RPC', async (body, contentType, status, code) => {
    const response = await app.post(body, { 'content-type': contentType });
    const { error } = (await response.json()) as { error: { code: number } };
    expect({ status: response.status, code: error.code }).toEqual({ status, code });
  });

  it('refuses a page of another site', async () => {
    const response = await app.post(callMessage('list_models', {}), { origin: 'http://evil.example' });
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('Origin');
  });

  it('names the size of a call that no file explains, and goes on', async () => {
    const input = { text: 'x'.repeat(10 * MEBIBYTE) };
    const response = await app.post(callMessage('run_model', { endpoint: 'a/b', input }));
    const [message] = await messagesOf(response);
    expect(message?.result?.isError).toBe(true);
    expect(message?.result?.content?.[0]?.text).toBe(
      'The call is 10 MiB large; run_model takes up to 1 MiB. Store files with upload_file and pass their fileUrl.',
    );
    expect(app.services.submissions.submit).not.toHaveBeenCalled();
    const next = await app.post(callMessage('get_request', { requestId: REQUEST_ID }));
    expect((await messagesOf(next))[0]?.result?.isError).toBeUndefined();
  });

  it('takes a file of exactly the cap, and names the way for one byte more', async () => {
    const upload = (bytes: number) =>
      app.post(callMessage('upload_file', { base64: Buffer.alloc(bytes).toString('base64') }));
    const [stored] = await messagesOf(await upload(12 * MEBIBYTE));
    expect(stored?.result?.structuredContent).toMatchObject({ size: 12 * MEBIBYTE });
    const [refused] = await messagesOf(await upload(12 * MEBIBYTE + 1));
    expect(refused?.result?.content?.[0]?.text).toMatch(/exceeds the 12 MiB upload cap.*initiate-multipart/);
  });

  it('refuses a body above every limit without reading it', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = {
        authorization: 'Bearer good',
        'content-type': 'application/json',
        'content-length': 900 * MEBIBYTE,
      };
      const sent = httpRequest(app.url, { method: 'POST', headers }, (response) => {
        resolve(response.statusCode);
        sent.destroy();
      });
      sent.on('error', reject);
      sent.write('{');
    });
    expect(status).toBe(413);
  });

  it('bounds a body that does not say its size', async () => {
    const chunk = Buffer.alloc(MEBIBYTE, 0x20);
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(chunk),
    });
    const headers = { authorization: 'Bearer good', 'content-type': 'application/json' };
    const answer = fetch(app.url, { method: 'POST', headers, body, duplex: 'half' }).then(
      ({ status }) => status,
      () => 'closed',
    );
    expect([413, 'closed']).toContain(await answer);
  });

  it('lets large bodies in as far as they fit together, and asks the others to come again', async () => {
    const gate = new EventEmitter().setMaxListeners(4);
    let entered = 0;
    const storeLater = async () => {
      entered += 1;
      await once(gate, 'open');
      return storedFile({});
    };
    app.services.files.store.mockImplementationOnce(storeLater).mockImplementationOnce(storeLater);
    const upload = () => app.post(callMessage('upload_file', { base64: 'A'.repeat(14 * MEBIBYTE) }));
    const first = [upload(), upload()];
    while (entered < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    const third = await upload().catch(() => 'closed' as const);
    if (third !== 'closed') expect([third.status, third.headers.get('retry-after')]).toEqual([503, '5']);
    gate.emit('open');
    for (const response of await Promise.all(first)) {
      expect((await messagesOf(response))[0]?.result?.structuredContent).toMatchObject({ size: 3 });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await messagesOf(await upload()))[0]?.result?.isError).toBeUndefined();
  });
});
