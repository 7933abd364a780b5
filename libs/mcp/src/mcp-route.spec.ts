import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  let tempDir: string;
  beforeAll(async () => {
    tempDir = await mkdtemp(join(tmpdir(), 'modelrunner-mcp-'));
    // A cap of 12 MiB keeps the bodies of this suite small, and large enough for the gate.
    app = await startProtocolApp({ MAX_FILE_BYTES: String(12 * MEBIBYTE), TEMP_DIR: tempDir });
  });
  afterAll(async () => {
    await app.close();
    await rm(tempDir, { recursive: true });
  });
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

  it('keeps a large file out of memory and of the names of the folder, and its type', async () => {
    const base64 = `data:image/webp;base64,${Buffer.alloc(3 * MEBIBYTE, 7).toString('base64')}`;
    const names: string[][] = [];
    const hashes: string[] = [];
    app.services.files.store.mockImplementationOnce(async (_actor, source, meta) => {
      names.push(await readdir(tempDir));
      const hash = createHash('sha256');
      for await (const chunk of source) hash.update(chunk as Buffer);
      hashes.push(hash.digest('hex'));
      return storedFile({ contentType: meta.contentType });
    });
    const escaped = JSON.stringify(callMessage('upload_file', { base64 })).replaceAll('/', '\\/');
    const [stored] = await messagesOf(await app.post(escaped));
    expect(stored?.result?.structuredContent).toMatchObject({ contentType: 'image/webp' });
    expect(hashes).toEqual([
      createHash('sha256')
        .update(Buffer.alloc(3 * MEBIBYTE, 7))
        .digest('hex'),
    ]);
    expect(names).toEqual([[]]);
  });

  it('says of a large argument that is not base64 what is wrong with it', async () => {
    const base64 = `${'A'.repeat(2 * MEBIBYTE)}!AAA`;
    const [refused] = await messagesOf(await app.post(callMessage('upload_file', { base64 })));
    expect(refused?.result?.content?.[0]?.text).toMatch(/base64.*has the character \\?"!/);
    expect(app.services.files.store).not.toHaveBeenCalled();
  });

  it('stores one file of a call, and takes no long text for a name', async () => {
    const long = 'A'.repeat(2 * MEBIBYTE);
    for (const args of [
      { base64: 'QUJD', fileName: long },
      { fileName: long, base64: long },
      { url: long },
    ]) {
      const [refused] = await messagesOf(await app.post(callMessage('upload_file', args)));
      expect(refused?.result?.isError).toBe(true);
      expect(refused?.result?.content?.[0]?.text).toContain('too long');
    }
    expect(app.services.files.store).not.toHaveBeenCalled();
  });

  it('refuses JSON that is large without a file', async () => {
    const names = new Array<string>(1_200_000).fill('many');
    const response = await app.post(callMessage('upload_file', { base64: 'QUJD', names }));
    expect(response.status).toBe(413);
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
    // With an end, far above the bound: fetch drains what is left of a body when the connection has closed.
    let left = 512;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close()),
    });
    const headers = { authorization: 'Bearer good', 'content-type': 'application/json' };
    const answer = fetch(app.url, { method: 'POST', headers, body, duplex: 'half' }).then(
      ({ status }) => status,
      () => 'closed',
    );
    expect([413, 'closed']).toContain(await answer);
  });

  it('lets large bodies in as far as they fit together, and asks the others to come again', async () => {
    const gate = new EventEmitter();
    let entered = 0;
    const storeLater = async () => {
      entered += 1;
      await once(gate, 'open');
      return storedFile({});
    };
    for (let body = 0; body < 4; body += 1) app.services.files.store.mockImplementationOnce(storeLater);
    const upload = () => app.post(callMessage('upload_file', { base64: 'A'.repeat(14 * MEBIBYTE) }));
    const first = Array.from({ length: 4 }, upload);
    while (entered < 4) await new Promise((resolve) => setTimeout(resolve, 10));
    const fifth = await upload();
    // Closed at once, the connection would break under a client that still sends, before he has read why.
    const [after, connection] = ['retry-after', 'connection'].map((name) => fifth.headers.get(name));
    expect([fifth.status, after, connection]).toEqual([503, '5', 'keep-alive']);
    gate.emit('open');
    for (const response of await Promise.all(first)) {
      expect((await messagesOf(response))[0]?.result?.structuredContent).toMatchObject({ size: 3 });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await messagesOf(await upload()))[0]?.result?.isError).toBeUndefined();
  });
});
