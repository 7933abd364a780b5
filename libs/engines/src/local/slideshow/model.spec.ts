import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { testTools } from '../../../../../test/support/model-tools.js';
import { psnr } from '../../../../../test/support/pictures.js';
import { videoFrame } from '../../../../../test/support/videos.js';
import { OutputFile } from '../../engine.port.js';
import { probeVideo } from '../ffmpeg/probe-video.js';
import { model } from './model.js';

const SAMPLES = join(import.meta.dirname, '../../../../../samples');
const PICTURES = ['astronaut.jpg', 'chelsea.jpg', 'coffee.jpg'];
const defaults = { secondsPerImage: 1, fadeSeconds: 0.4, format: '16:9', background: 'blur' };

// Encoding on a busy machine takes its time.
jest.setTimeout(60_000);

describe('slideshow', () => {
  let workDir: string;
  beforeAll(async () => (workDir = await mkdtemp(join(tmpdir(), 'slideshow-'))));
  afterAll(() => rm(workDir, { recursive: true }));

  async function show(input: Partial<typeof defaults>, images = PICTURES, tools = testTools()) {
    const files = new Map(
      images.map((fileName) => [
        fileName,
        { path: join(SAMPLES, fileName), contentType: 'image/jpeg', size: 1, fileName },
      ]),
    );
    const output = await model.run(
      { requestId: 'r', workDir, input: { images, ...defaults, ...input }, files },
      tools,
    );
    const { path } = output['video'] as OutputFile;
    return { output, path, probe: await probeVideo({ path, contentType: 'video/mp4' }, tools) };
  }

  /** The middle of a 16:9 frame, where the whole picture is, compared with the picture. */
  async function likeness(frame: Buffer, picture: string): Promise<number> {
    const original = await readFile(join(SAMPLES, picture));
    const { width = 1, height = 1 } = await sharp(original).metadata();
    const shown = { width: Math.round((720 * width) / height), height: 720 };
    const left = Math.round((1280 - shown.width) / 2);
    const middle = await sharp(frame)
      .extract({ left, top: 0, ...shown })
      .png()
      .toBuffer();
    return psnr(original, middle, shown);
  }

  it('shows each picture whole, in the order given, for its time', async () => {
    const { output, path, probe } = await show({});
    expect(probe).toMatchObject({ codec: 'h264', width: 1280, height: 720, frames: 75 });
    expect(probe.durationSeconds).toBeCloseTo(3, 2);
    expect(output).toMatchObject({ durationSeconds: 3, width: 1280, height: 720, fps: 25 });
    for (const [index, picture] of PICTURES.entries()) {
      const frame = await videoFrame(path, index * 25 + 12);
      expect(await likeness(frame, picture)).toBeGreaterThan(28);
      for (const other of PICTURES.filter((name) => name !== picture)) {
        expect(await likeness(frame, other)).toBeLessThan(18);
      }
    }
  });

  it('shows half of each picture in the middle of a fade', async () => {
    const { path } = await show({ background: 'black' });
    const [before, after] = [await videoFrame(path, 12), await videoFrame(path, 37)];
    const half = await sharp(before)
      .composite([{ input: await sharp(after).ensureAlpha(0.5).png().toBuffer() }])
      .png()
      .toBuffer();
    const [early, late] = [await videoFrame(path, 24), await videoFrame(path, 25)];
    expect(await psnr(half, early)).toBeGreaterThan(26);
    expect(await psnr(half, late)).toBeGreaterThan(26);
    expect(await psnr(before, await videoFrame(path, 19))).toBeGreaterThan(35);
  });

  it('fills the rest of the frame with black or with the blurred picture', async () => {
    const brightness = async (background: string) => {
      const { path } = await show({ background }, ['astronaut.jpg', 'astronaut.jpg']);
      const edge = sharp(await videoFrame(path, 0)).extract({ left: 0, top: 0, width: 200, height: 720 });
      return (await sharp(await edge.png().toBuffer()).stats()).channels[0]!.mean;
    };
    expect(await brightness('black')).toBeLessThan(2);
    expect(await brightness('blur')).toBeGreaterThan(40);
  });

  it('keeps the colours', async () => {
    const { path } = await show({ format: '1:1' }, ['astronaut.jpg', 'astronaut.jpg']);
    const [shown, original] = await Promise.all([
      sharp(await videoFrame(path, 5)).stats(),
      sharp(join(SAMPLES, 'astronaut.jpg')).stats(),
    ]);
    for (const channel of [0, 1, 2]) {
      expect(Math.abs(shown.channels[channel]!.mean - original.channels[channel]!.mean)).toBeLessThan(2);
    }
  });

  it('makes a long one from twenty pictures', async () => {
    const images = Array.from({ length: 20 }, (_, index) => PICTURES[index % 3]!);
    const tools = testTools();
    const { probe } = await show({ secondsPerImage: 0.5, fadeSeconds: 0, format: '9:16' }, images, tools);
    expect(probe).toMatchObject({ width: 720, height: 1280, frames: 250 });
    expect(tools.percents.at(-1)).toBeGreaterThan(50);
  });

  it('refuses a film that is too long, and names the limit', async () => {
    const images = Array.from({ length: 20 }, () => 'coffee.jpg');
    await expect(show({ secondsPerImage: 10 }, images)).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'secondsPerImage must be at most 6 for 20 images: a slideshow lasts at most 120 s.',
    });
  });

  it('names the picture that cannot be read', async () => {
    await expect(show({}, ['coffee.jpg', 'README.md'])).rejects.toMatchObject({
      code: 'invalid_file',
      message: expect.stringMatching(/^Image 2: /),
      details: { validationErrors: [{ path: 'images.1' }] },
    });
  });

  it('ends ffmpeg when the run is aborted', async () => {
    const abort = new AbortController();
    const run = show({ secondsPerImage: 15 }, PICTURES, testTools({ signal: abort.signal }));
    setTimeout(() => abort.abort(), 700);
    await expect(run).rejects.toMatchObject({ code: 'cancelled' });
  });
});
