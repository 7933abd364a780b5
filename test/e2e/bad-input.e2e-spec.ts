import { Client } from 'pg';
import sharp from 'sharp';
import { Assistant, type Json } from '../../apps/demo/src/assistant.js';
import { startOwnServer, type OwnServer } from '../../apps/demo/src/own-server.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { sample, startSampleServer, type SampleServer } from '../support/sample-server.js';

jest.setTimeout(180_000);

/** What comes in wrong gets a sentence that says what and what next; the server goes on, and nothing is lost. */
describe('bad input', () => {
  let server: OwnServer;
  let closedNetwork: OwnServer;
  let assistant: Assistant;
  let strict: Assistant;
  let web: SampleServer;
  let database: TestDatabase;
  let stranger: Assistant;

  beforeAll(async () => {
    web = await startSampleServer({
      '/page.html': (_, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hello</h1>'),
      '/broken': (_, response) => response.writeHead(500).end(),
      '/too-large.png': (_, response) =>
        response
          .writeHead(200, { 'content-type': 'image/png', 'content-length': String(300 * 1024 * 1024) })
          .end(),
    });
    database = await createTestDatabase();
    closedNetwork = await startOwnServer({ ALLOW_PRIVATE_URLS: 'true', DATABASE_URL: database.url });
    server = await startOwnServer();
    assistant = await Assistant.connect(new URL(`${closedNetwork.url}/mcp`), closedNetwork.credentials);
    strict = await Assistant.connect(new URL(`${server.url}/mcp`), server.credentials);
    stranger = await connectStranger();
  });

  afterAll(async () => {
    await Promise.all([assistant?.close(), strict?.close(), stranger?.close()]);
    await Promise.all([server?.stop(), closedNetwork?.stop()]);
    await database?.drop();
    web?.close();
  });

  /** A second user of the same server, with the first one's password. */
  async function connectStranger(): Promise<Assistant> {
    const email = 'stranger@example.com';
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `INSERT INTO users (email, password_hash, role) SELECT $1, password_hash, 'user' FROM users`,
      [email],
    );
    await client.end();
    return Assistant.connect(new URL(`${closedNetwork.url}/mcp`), { ...closedNetwork.credentials, email });
  }

  const refusal = (name: string, args: Json, by = assistant) =>
    by.call(name, args).then(
      () => {
        throw new Error(`${name} accepted ${JSON.stringify(args).slice(0, 200)}`);
      },
      (error: Error) => error.message,
    );

  const runRefusal = (endpoint: string, input: unknown) => refusal('run_model', { endpoint, input });

  it('names the nearest endpoints when one is unknown', async () => {
    expect(await runRefusal('modelrunner/upscal', {})).toMatch(/modelrunner\/upscale/);
    expect(await refusal('get_model', { endpoint: 'nonsense' })).toMatch(/owner\/alias|list_models|search/);
  });

  it('names every failing field with its path', async () => {
    const message = await runRefusal('modelrunner/animate-image', { durationSeconds: 'long', colour: 'red' });
    expect(message).toMatch(/image/);
    expect(message).toMatch(/durationSeconds/);
    expect(message).toMatch(/colour/);
  });

  it('answers empty arguments to each tool that needs some', async () => {
    for (const tool of [
      'run_model',
      'get_model',
      'get_request',
      'wait_for_request',
      'upload_file',
      'search',
    ]) {
      expect((await refusal(tool, {})).length).toBeGreaterThan(20);
    }
  });

  it('refuses base64 that is none', async () => {
    expect(await refusal('upload_file', { base64: 'this is not base64!' })).toMatch(/base64/);
    expect(await refusal('upload_file', { base64: '' })).toMatch(/base64|empty/);
    expect(await refusal('upload_file', { base64: 'AAAA', url: `${web.url}/chelsea.jpg` })).toMatch(
      /exactly one/i,
    );
  });

  it.each([
    ['not reachable', () => 'http://127.0.0.1:1/cat.png', /reach|connect|refused/i],
    ['missing', () => `${web.url}/nothing.png`, /404/],
    ['broken', () => `${web.url}/broken`, /500/],
    ['too large', () => `${web.url}/too-large.png`, /200 MiB/],
    ['of another scheme', () => 'file:///etc/passwd', /http/],
  ])('says why an upload by a URL that is %s fails', async (_, url, reason) => {
    expect(await refusal('upload_file', { url: url() })).toMatch(reason);
  });

  it.each([
    'http://127.0.0.1:5432/x.png',
    'http://10.0.0.1/x.png',
    'http://[::1]/x.png',
    'http://169.254.169.254/latest',
    'http://2130706433/x.png',
  ])('does not fetch from the private address in %s', async (url) => {
    expect(await refusal('upload_file', { url }, strict)).toMatch(/is not a public address/);
    const message = await refusal(
      'run_model',
      { endpoint: 'modelrunner/ocr', input: { image: url } },
      strict,
    );
    expect(message).toMatch(/is not a public address/);
  });

  it('ends a run as FAILED, with the reason, when its input turns out to be no picture', async () => {
    for (const [path, reason] of [
      ['page.html', /image/],
      ['nothing.png', /404/],
    ] as const) {
      const { requestId } = await assistant.call('run_model', {
        endpoint: 'modelrunner/ocr',
        input: { image: `${web.url}/${path}` },
      });
      const ended = await assistant.call<{ status: string; error: { message: string } }>('wait_for_request', {
        requestId,
      });
      expect(ended.status).toBe('FAILED');
      expect(ended.error.message).toMatch(reason);
      expect(ended).not.toHaveProperty('totalPrice');
    }
  });

  it('ends a run as FAILED when the picture is damaged, and runs the next one', async () => {
    const whole = await sample('coffee.jpg');
    const damaged = Buffer.concat([whole.subarray(0, 500), Buffer.alloc(20_000)]);
    const { fileUrl } = await assistant.call('upload_file', {
      base64: damaged.toString('base64'),
      fileName: 'x.jpg',
    });
    const { requestId } = await assistant.call('run_model', {
      endpoint: 'modelrunner/detect-objects',
      input: { image: fileUrl },
    });
    const ended = await assistant.call<Json>('wait_for_request', { requestId });
    expect(ended).toMatchObject({ status: 'FAILED', error: { code: 'invalid_file' } });
    const good = await assistant.call('upload_file', { base64: whole.toString('base64') });
    const next = await assistant.call('run_model', {
      endpoint: 'modelrunner/detect-objects',
      input: { image: good.fileUrl },
    });
    expect(await assistant.call('wait_for_request', { requestId: next.requestId })).toMatchObject({
      status: 'COMPLETED',
    });
  });

  it('refuses a picture that is too large for the model with its limit', async () => {
    const huge = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#888' } })
      .png()
      .toBuffer();
    const { fileUrl } = await assistant.call('upload_file', { base64: huge.toString('base64') });
    const { requestId } = await assistant.call('run_model', {
      endpoint: 'modelrunner/upscale',
      input: { image: fileUrl },
    });
    const ended = await assistant.call<{ status: string; error: { message: string } }>('wait_for_request', {
      requestId,
    });
    expect(ended.status).toBe('FAILED');
    expect(ended.error.message).toMatch(/megapixel|pixels/i);
  });

  it("answers another user's request, an unknown one and a malformed id alike", async () => {
    const { requestId } = await stranger.call('run_model', {
      endpoint: 'modelrunner/detect-language',
      input: { text: 'Bonjour tout le monde' },
    });
    expect(await stranger.call('wait_for_request', { requestId })).toMatchObject({ status: 'COMPLETED' });
    for (const id of [requestId, 'V1StGXR8_Z5jdHi6B-myT', '../../etc/passwd', "' OR 1=1 --"]) {
      expect(await refusal('get_request', { requestId: id })).toMatch(/no such request|not found/i);
      expect(await refusal('wait_for_request', { requestId: id })).toMatch(/no such request|not found/i);
    }
    const history = await assistant.call<{ items: Json[] }>('list_my_requests', { limit: 100 });
    expect(history.items.map((item) => item.requestId)).not.toContain(requestId);
  });

  it('survives ten megabytes of JSON and broken JSON', async () => {
    const message = await runRefusal('modelrunner/detect-language', { text: 'x'.repeat(10_000_000) });
    expect(message).toMatch(/text|large|long/);
    const broken = await fetch(`${closedNetwork.url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"jsonrpc":',
    });
    expect(broken.status).toBe(401);
    expect(await assistant.toolNames()).toHaveLength(14);
  });
});
