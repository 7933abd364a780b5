import sharp from 'sharp';
import { Assistant, type Json } from '../../apps/demo/src/assistant.js';
import { startOwnServer, type OwnServer } from '../../apps/demo/src/own-server.js';
import { download } from '../support/download.js';
import { psnr } from '../support/pictures.js';
import { sample, startSampleServer, type SampleServer } from '../support/sample-server.js';

jest.setTimeout(180_000);

/** The main job, as an assistant does it: find a model, bring a file, run, wait, look at the result. */
describe('the main job', () => {
  let server: OwnServer;
  let samples: SampleServer;
  let assistant: Assistant;

  beforeAll(async () => {
    samples = await startSampleServer();
    server = await startOwnServer({ ALLOW_PRIVATE_URLS: 'true' });
    assistant = await Assistant.connect(new URL(`${server.url}/mcp`), server.credentials);
  });

  afterAll(async () => {
    await assistant?.close();
    await server?.stop();
    samples?.close();
  });

  async function run(endpoint: string, input: Json): Promise<Json> {
    const { requestId, status } = await assistant.call('run_model', { endpoint, input });
    expect(status).toBe('IN_QUEUE');
    const finished = await assistant.call('wait_for_request', { requestId });
    expect(finished).toMatchObject({ status: 'COMPLETED', requestId, endpoint });
    return finished.output as Json;
  }

  async function upload(name: string): Promise<string> {
    const bytes = await sample(name);
    const { fileUrl } = await assistant.call('upload_file', {
      base64: bytes.toString('base64'),
      fileName: name,
    });
    return fileUrl as string;
  }

  it('finds every recommended endpoint, and each says how to call it', async () => {
    for (const category of ['image', 'video', 'utility']) {
      for (const [kind, list] of [
        ['model', 'recommended_models'],
        ['wrapper', 'recommended_wrappers'],
      ] as const) {
        const { items } = await assistant.call<{ items: { endpoint: string; thumbnailUrl?: string }[] }>(
          list,
          { category },
        );
        expect(items.length).toBeGreaterThan(0);
        for (const item of items) {
          const view = await assistant.call(`get_${kind}`, { endpoint: item.endpoint });
          expect((view.inputs as Json[]).length).toBeGreaterThan(0);
          expect(view.examples).not.toHaveLength(0);
        }
      }
    }
  });

  it('has pictures behind every thumbnail and every example', async () => {
    const { items } = await assistant.call<{ items: { endpoint: string; thumbnailUrl: string }[] }>(
      'list_models',
      { limit: 100 },
    );
    expect(items).toHaveLength(10);
    for (const item of items) {
      const thumbnail = await download(item.thumbnailUrl);
      expect((await sharp(thumbnail.bytes).metadata()).width).toBeGreaterThanOrEqual(200);
      const { examples } = await assistant.call<{ examples: { input: Json; output: Json }[] }>('get_model', {
        endpoint: item.endpoint,
      });
      const urls = JSON.stringify(examples).match(/https?:\/\/[^"\\ ]+\/media\/[^"\\ ]+/g) ?? [];
      for (const url of urls) expect((await download(url)).bytes.length).toBeGreaterThan(100);
    }
  });

  it('upscales a picture that came as base64, better than bicubic does', async () => {
    const original = await sample('astronaut.jpg');
    const half = await sharp(original).resize(256, 256, { kernel: 'lanczos3' }).png().toBuffer();
    const { fileUrl } = await assistant.call('upload_file', {
      base64: half.toString('base64'),
      fileName: 'half.png',
    });
    const output = await run('modelrunner/upscale', { image: fileUrl });
    const { bytes } = await download(output.image);
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 512, height: 512 });
    const bicubic = await sharp(half).resize(512, 512, { kernel: 'cubic' }).png().toBuffer();
    expect(await psnr(bytes, original)).toBeGreaterThan((await psnr(bicubic, original)) + 0.5);
  });

  it('reads the invoice number from a picture that came by URL', async () => {
    const file = await assistant.call('upload_file', { url: `${samples.url}/printed-text.png` });
    expect(file).toMatchObject({ contentType: 'image/png', fileName: 'printed-text.png' });
    const output = await run('modelrunner/ocr', { image: file.fileUrl });
    expect(output.text).toContain('2026-0417');
  });

  it('takes a URL of another server as an input', async () => {
    const output = await run('modelrunner/detect-objects', { image: `${samples.url}/coffee.jpg` });
    expect((output.objects as { label: string }[]).map((object) => object.label)).toContain('cup');
  });

  it('cuts the person out', async () => {
    const output = await run('modelrunner/remove-background', { image: await upload('astronaut.jpg') });
    const { data, info } = await sharp((await download(output.image)).bytes)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 512, height: 512, channels: 4 });
    const alphaAt = (x: number, y: number) => data[(y * 512 + x) * 4 + 3];
    expect(alphaAt(225, 110)).toBeGreaterThan(220);
    expect(alphaAt(500, 10)).toBeLessThan(40);
  });

  it('makes a video, and from the video a thumbnail and a GIF', async () => {
    const video = await run('modelrunner/animate-image', {
      image: await upload('astronaut.jpg'),
      durationSeconds: 2,
    });
    const thumbnail = await run('modelrunner/video-thumbnail', { video: video.video });
    expect((await sharp((await download(thumbnail.image)).bytes).metadata()).width).toBeGreaterThanOrEqual(
      320,
    );
    const gif = await run('modelrunner/video-to-gif', { video: video.video, width: 240 });
    const { pages, format, width } = await sharp((await download(gif.gif ?? gif.image)).bytes).metadata();
    expect({ format, width }).toEqual({ format: 'gif', width: 240 });
    expect(pages).toBeGreaterThan(10);
  });

  it('runs every wrapper of the recommended lists on its own example', async () => {
    for (const category of ['image', 'video', 'utility']) {
      const { items } = await assistant.call<{ items: { endpoint: string }[] }>('recommended_wrappers', {
        category,
      });
      for (const { endpoint } of items) {
        const { examples } = await assistant.call<{ examples: { input: Json }[] }>('get_wrapper', {
          endpoint,
        });
        const output = await run(endpoint, examples[0]?.input ?? {});
        expect(JSON.stringify(output)).toContain(`${server.url}/media/`);
      }
    }
  });

  it('tells the history newest first, and finds by metadata', async () => {
    const input = { text: 'Guten Morgen, wie geht es Ihnen heute?' };
    const { requestId } = await assistant.call('run_model', {
      endpoint: 'modelrunner/detect-language',
      input,
      metadata: { project: 'tulip' },
    });
    await assistant.call('wait_for_request', { requestId });
    const all = await assistant.call<{ items: { requestId: string; createdAt: string }[] }>(
      'list_my_requests',
      {},
    );
    expect(all.items[0]?.requestId).toBe(requestId);
    const found = await assistant.call<{ items: Json[]; total: number }>('list_my_requests', {
      metadata: { project: 'tulip' },
    });
    expect(found.items).toHaveLength(1);
    expect(found.items[0]).toMatchObject({ requestId, status: 'COMPLETED', output: { language: 'de' } });
  });
});
