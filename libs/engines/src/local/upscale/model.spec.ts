/** @jest-environment ./test/support/native-environment.mjs */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { testTools } from '../../../../../test/support/model-tools.js';
import { psnr } from '../../../../../test/support/pictures.js';
import type { OutputFile } from '../../engine.port.js';
import { OnnxSession } from '../shared/onnx-session.js';
import { model } from './model.js';
import { upscale } from './upscaler.js';

const ASTRONAUT = join(import.meta.dirname, '../../../../../samples/astronaut.jpg');

jest.setTimeout(120_000);

describe('upscale', () => {
  let workDir: string;
  beforeAll(async () => (workDir = await mkdtemp(join(tmpdir(), 'upscale-'))));
  afterAll(() => rm(workDir, { recursive: true }));

  async function run(picture: Buffer, format = 'png', tools = testTools()) {
    const path = join(workDir, 'in');
    await sharp(picture, { limitInputPixels: false }).keepExif().toFormat('png').toFile(path);
    const file = { path, contentType: 'image/png', size: 1, fileName: 'holiday.png' };
    const job = { requestId: 'r', workDir, input: { image: 'u', format }, files: new Map([['u', file]]) };
    const output = await model.run(job, tools);
    return { output, image: output['image'] as OutputFile, tools };
  }

  it('comes closer to the original than bicubic enlargement', async () => {
    const original = await sharp(ASTRONAUT).png().toBuffer();
    const half = await sharp(original).resize(256, 256, { kernel: 'cubic' }).png().toBuffer();
    const { output, image, tools } = await run(half);
    expect(output).toMatchObject({ width: 512, height: 512 });
    expect(image.fileName).toBe('holiday-x2.png');
    const enlarged = await sharp(image.path).png().toBuffer();
    const bicubic = await sharp(half).resize(512, 512, { kernel: 'cubic' }).png().toBuffer();
    expect(await psnr(enlarged, original)).toBeGreaterThan((await psnr(bicubic, original)) + 1.5);
    expect(tools.percents.at(-1)).toBe(90);
  });

  it('shows no seams: tiles of different sizes give the same pixels', async () => {
    const { data, info } = await sharp(ASTRONAUT)
      .extract({ left: 100, top: 20, width: 230, height: 190 })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const source = { data, width: info.width, height: info.height, channels: 3 as const };
    const session = await OnnxSession.load(new URL('./esrgan-x2.onnx', import.meta.url));
    const options = { signal: new AbortController().signal, onTile: () => undefined };
    const whole = await upscale(session, source, { ...options, tileSize: 512 });
    const tiled = await upscale(session, source, { ...options, tileSize: 64 });
    const difference = whole.data.reduce(
      (most, byte, i) => Math.max(most, Math.abs(byte - tiled.data[i]!)),
      0,
    );
    expect(difference).toBeLessThanOrEqual(1);
  });

  it('does not darken the edges of the picture', async () => {
    const white = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const pixels = await sharp((await run(white)).image.path)
      .raw()
      .toBuffer();
    expect(Math.min(...pixels)).toBeGreaterThan(248);
  });

  it('keeps transparency in a png, and puts white behind it in a jpeg', async () => {
    const circle = Buffer.from(
      '<svg width="64" height="48"><circle cx="32" cy="24" r="20" fill="#d02020"/></svg>',
    );
    const picture = await sharp(circle).png().toBuffer();
    const { image } = await run(picture);
    const png = await sharp(image.path).raw().toBuffer({ resolveWithObject: true });
    expect(png.info).toMatchObject({ width: 128, height: 96, channels: 4 });
    const pixel = (x: number, y: number) => [...png.data.subarray((y * 128 + x) * 4, (y * 128 + x) * 4 + 4)];
    expect(pixel(2, 2)[3]).toBe(0);
    expect(pixel(64, 48)[3]).toBe(255);
    expect(pixel(64, 48)[0]).toBeGreaterThan(190);

    const jpeg = await sharp((await run(picture, 'jpeg')).image.path)
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(jpeg.info).toMatchObject({ width: 128, height: 96, channels: 3 });
    expect(Math.min(...jpeg.data.subarray(0, 3))).toBeGreaterThan(245);
  });

  it('turns the picture upright as its EXIF orientation says', async () => {
    const lying = await sharp(ASTRONAUT)
      .resize(96, 64, { fit: 'fill' })
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const { output } = await run(lying);
    expect(output).toMatchObject({ width: 128, height: 192 });
  });

  it.each(['b-w', 'rgb16', 'grey16'])('takes pictures of the kind %s', async (space) => {
    const picture = await sharp(ASTRONAUT).resize(40, 30).toColourspace(space).png().toBuffer();
    const { image } = await run(picture);
    const info = await sharp(image.path).metadata();
    expect(info).toMatchObject({ width: 80, height: 60, channels: 3, depth: 'uchar' });
  });

  it('refuses more pixels than it can take, and names the limit', async () => {
    const huge = await sharp({ create: { width: 4000, height: 3200, channels: 3, background: '#888' } })
      .png()
      .toBuffer();
    await expect(run(huge)).rejects.toMatchObject({
      code: 'invalid_file',
      message: 'The picture is 4000×3200 (12.8 megapixels); this model takes at most 12.6 megapixels.',
    });
  });

  it('refuses what is not a picture', async () => {
    const path = join(import.meta.dirname, 'card.ts');
    const file = { path, contentType: 'image/png', size: 1, fileName: 'card.ts' };
    const job = {
      requestId: 'r',
      workDir,
      input: { image: 'u', format: 'png' },
      files: new Map([['u', file]]),
    };
    await expect(model.run(job, testTools())).rejects.toMatchObject({ code: 'invalid_file' });
  });

  it('stops between tiles when the run is aborted', async () => {
    const abort = new AbortController();
    const tools = { ...testTools({ signal: abort.signal }), progress: () => abort.abort() };
    const picture = await sharp(ASTRONAUT).png().toBuffer();
    await expect(run(picture, 'png', tools)).rejects.toThrow(/abort/i);
  });
});
