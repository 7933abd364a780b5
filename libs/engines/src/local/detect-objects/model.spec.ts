/** @jest-environment ./test/support/native-environment.mjs */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { testTools } from '../../../../../test/support/model-tools.js';
import { psnr } from '../../../../../test/support/pictures.js';
import type { OutputFile } from '../../engine.port.js';
import { type Detection, intersectionOverUnion } from './boxes.js';
import { model } from './model.js';

const SAMPLES = join(import.meta.dirname, '../../../../../samples');
const tools = testTools();

jest.setTimeout(60_000);

describe('detect-objects', () => {
  let workDir: string;
  beforeAll(async () => (workDir = await mkdtemp(join(tmpdir(), 'detect-'))));
  afterAll(() => rm(workDir, { recursive: true }));

  async function detect(path: string, input: { threshold?: number; maxObjects?: number } = {}) {
    const file = { path, contentType: 'image/jpeg', size: 1, fileName: 'scene.jpg' };
    const output = await model.run(
      {
        requestId: 'r',
        workDir,
        input: { image: 'u', threshold: 0.35, maxObjects: 20, ...input },
        files: new Map([['u', file]]),
      },
      tools,
    );
    return { ...output, objects: output['objects'] as Detection[], overlay: output['overlay'] as OutputFile };
  }

  // The expected boxes are drawn by eye.
  it.each([
    ['astronaut.jpg', 'person', { x: 20, y: 5, width: 345, height: 507 }],
    ['coffee.jpg', 'cup', { x: 170, y: 18, width: 245, height: 295 }],
    ['chelsea.jpg', 'cat', { x: 5, y: 5, width: 410, height: 294 }],
  ])('finds in %s a %s where it is', async (sample, label, box) => {
    const { objects } = await detect(join(SAMPLES, sample));
    expect(objects[0]).toMatchObject({ label });
    expect(intersectionOverUnion(objects[0]!.box, box)).toBeGreaterThan(0.75);
  });

  it('gives boxes in pixels of a wide picture, as it is shown upright', async () => {
    const wide = join(workDir, 'wide.jpg');
    const person = await sharp(join(SAMPLES, 'astronaut.jpg')).resize(600, 600).toBuffer();
    const upright = await sharp({ create: { width: 1500, height: 600, channels: 3, background: '#e0e0e0' } })
      .composite([{ input: person, left: 900, top: 0 }])
      .png()
      .toBuffer();
    // Stored lying on its side, with the tag that says so.
    await sharp(upright).rotate(90).withMetadata({ orientation: 8 }).jpeg().toFile(wide);
    const { objects, ...rest } = await detect(wide);
    expect(rest).toMatchObject({ width: 1500, height: 600 });
    expect(objects[0]).toMatchObject({ label: 'person' });
    const expected = { x: 923, y: 6, width: 404, height: 594 };
    expect(intersectionOverUnion(objects[0]!.box, expected)).toBeGreaterThan(0.75);
  });

  it('keeps to the threshold and to the number of objects', async () => {
    const path = join(SAMPLES, 'coffee.jpg');
    const many = await detect(path, { threshold: 0.1 });
    expect(many.objects.length).toBeGreaterThan(2);
    expect((await detect(path, { threshold: 0.1, maxObjects: 2 })).objects).toEqual(many.objects.slice(0, 2));
    expect((await detect(path, { threshold: 0.95 })).objects).toEqual([]);
  });

  it('draws the boxes and leaves the rest of the picture as it was', async () => {
    const { objects, overlay } = await detect(join(SAMPLES, 'coffee.jpg'));
    const drawn = await sharp(overlay.path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(drawn.info).toMatchObject({ width: 600, height: 400 });
    const { x, y, height } = objects[0]!.box;
    const at = ((y + Math.round(height / 2)) * 600 + x) * 3;
    const [red, green, blue] = drawn.data.subarray(at, at + 3);
    // The first colour of the palette, as far as JPEG keeps it.
    expect(Math.abs(red! - 0xe6) + Math.abs(green! - 0x19) + Math.abs(blue! - 0x4b)).toBeLessThan(120);
    const corner = { left: 430, top: 0, width: 170, height: 400 };
    const original = await sharp(join(SAMPLES, 'coffee.jpg')).extract(corner).png().toBuffer();
    expect(await psnr(await sharp(overlay.path).extract(corner).png().toBuffer(), original)).toBeGreaterThan(
      32,
    );
  });

  it('finds nothing on a blank page', async () => {
    const blank = join(workDir, 'blank.png');
    await sharp({ create: { width: 300, height: 200, channels: 3, background: '#fff' } })
      .png()
      .toFile(blank);
    expect((await detect(blank)).objects).toEqual([]);
  });
});
