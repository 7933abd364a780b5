/** @jest-environment ./test/support/native-environment.mjs */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { testTools } from '../../../../../test/support/model-tools.js';
import type { OutputFile } from '../../engine.port.js';
import { model } from './model.js';

const SAMPLES = join(import.meta.dirname, '../../../../../samples');
const tools = testTools();

jest.setTimeout(60_000);

describe('remove-background', () => {
  let workDir: string;
  beforeAll(async () => (workDir = await mkdtemp(join(tmpdir(), 'cut-out-'))));
  afterAll(() => rm(workDir, { recursive: true }));

  async function cutOut(path: string, background = 'transparent') {
    const file = { path, contentType: 'image/jpeg', size: 1, fileName: 'portrait.jpg' };
    const job = { requestId: 'r', workDir, input: { image: 'u', background }, files: new Map([['u', file]]) };
    const output = await model.run(job, tools);
    const image = output['image'] as OutputFile;
    const { data, info } = await sharp(image.path).raw().toBuffer({ resolveWithObject: true });
    const pixel = (x: number, y: number) => {
      const at = (y * info.width + x) * info.channels;
      return [...data.subarray(at, at + info.channels)];
    };
    return { output, image, info, pixel };
  }

  it('leaves the person opaque and makes what is behind transparent', async () => {
    const { output, image, info, pixel } = await cutOut(join(SAMPLES, 'astronaut.jpg'));
    expect(info).toMatchObject({ width: 512, height: 512, channels: 4 });
    expect(image.fileName).toBe('portrait-cut-out.png');
    // Forehead, hair, chest, arm; then the flag, the wall beside the head, the shuttle.
    for (const [x, y] of [
      [225, 100],
      [225, 35],
      [190, 370],
      [80, 400],
    ] as const) {
      expect(pixel(x, y)[3]).toBeGreaterThan(250);
    }
    for (const [x, y] of [
      [10, 10],
      [90, 100],
      [500, 100],
      [440, 150],
    ] as const) {
      expect(pixel(x, y)[3]).toBeLessThan(5);
    }
    expect(output['personCoverage']).toBeCloseTo(0.55, 1);
    expect(output['personDetected']).toBe(true);
  });

  it('keeps the colours of the person', async () => {
    const { pixel } = await cutOut(join(SAMPLES, 'astronaut.jpg'));
    const original = await sharp(join(SAMPLES, 'astronaut.jpg')).raw().toBuffer();
    for (const [x, y] of [
      [225, 100],
      [190, 370],
    ] as const) {
      const at = (y * 512 + x) * 3;
      expect(pixel(x, y).slice(0, 3)).toEqual([...original.subarray(at, at + 3)]);
    }
  });

  it('keeps nothing of the background under the transparency', async () => {
    const { pixel } = await cutOut(join(SAMPLES, 'astronaut.jpg'));
    expect(pixel(10, 10)).toEqual([0, 0, 0, 0]);
  });

  it('puts a colour behind the person', async () => {
    const { info, pixel } = await cutOut(join(SAMPLES, 'astronaut.jpg'), '#1e90ff');
    expect(info.channels).toBe(3);
    expect(pixel(10, 10)).toEqual([0x1e, 0x90, 0xff]);
    expect(pixel(190, 370)[0]).toBeGreaterThan(150);
  });

  it('takes a large photo stored on its side, and pictures with transparency', async () => {
    const lying = join(workDir, 'lying.png');
    await sharp(join(SAMPLES, 'astronaut.jpg'))
      .resize(1800, 1800)
      .extend({ right: 300, background: '#c8c8c8' })
      .png()
      .toBuffer()
      .then((upright) =>
        sharp(upright).rotate(90).ensureAlpha().withMetadata({ orientation: 8 }).png().toFile(lying),
      );
    const { info, pixel } = await cutOut(lying);
    expect(info).toMatchObject({ width: 2100, height: 1800, channels: 4 });
    expect(pixel(790, 350)[3]).toBeGreaterThan(250);
    expect(pixel(2050, 50)[3]).toBeLessThan(5);
  });

  it('says so when there is no person', async () => {
    await expect(cutOut(join(SAMPLES, 'printed-text.png'))).rejects.toMatchObject({
      code: 'invalid_file',
      message: 'No person was found in the picture. This model cuts out people only.',
    });
  });

  it('marks the cut-out of an animal as doubtful', async () => {
    expect((await cutOut(join(SAMPLES, 'chelsea.jpg'))).output['personDetected']).toBe(false);
  });
});
