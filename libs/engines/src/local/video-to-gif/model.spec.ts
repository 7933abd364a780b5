import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { testTools } from '../../../../../test/support/model-tools.js';
import { psnr } from '../../../../../test/support/pictures.js';
import { makeVideo, videoFrame } from '../../../../../test/support/videos.js';
import { OutputFile } from '../../engine.port.js';
import { model } from './model.js';

const defaults = { startSeconds: 0, durationSeconds: 5, width: 480, fps: 12 };

// Encoding on a busy machine takes its time.
jest.setTimeout(60_000);

describe('video-to-gif', () => {
  let workDir: string;
  let source: string;
  beforeAll(async () => {
    workDir = await mkdtemp(join(tmpdir(), 'gif-'));
    source = join(workDir, 'source.mp4');
    // A clock in moving colours, 4 s long.
    await makeVideo('-f', 'lavfi', '-i', 'testsrc=s=640x360:r=25', '-t', '4', '-pix_fmt', 'yuv420p', source);
  });
  afterAll(() => rm(workDir, { recursive: true }));

  async function convert(input: Partial<typeof defaults>, contentType = 'video/mp4') {
    const video = { path: source, contentType, size: 1, fileName: 'clock.mp4' };
    const job = {
      requestId: 'r',
      workDir,
      input: { video: 'u', ...defaults, ...input },
      files: new Map([['u', video]]),
    };
    const output = await model.run(job, testTools());
    const gif = output['gif'] as OutputFile;
    const metadata = await sharp(gif.path, { animated: true }).metadata();
    return { output, gif, metadata };
  }

  it('makes an animation of the length, size and number of frames asked for', async () => {
    const { output, gif, metadata } = await convert({
      startSeconds: 1,
      durationSeconds: 2,
      width: 320,
      fps: 10,
    });
    expect(metadata).toMatchObject({ format: 'gif', width: 320, pageHeight: 180, pages: 20, loop: 0 });
    expect(metadata.delay?.reduce((a, b) => a + b)).toBeCloseTo(2000, -2);
    const { size } = await sharp(await readFile(gif.path)).metadata();
    expect(output).toMatchObject({ width: 320, height: 180, frames: 20, bytes: size });
    expect(output['durationSeconds']).toBeCloseTo(2, 1);
    expect(gif).toMatchObject({ contentType: 'image/gif', fileName: 'clock.gif' });
  });

  it('shows the frames of the clip, in good colours', async () => {
    const { gif } = await convert({ startSeconds: 1, durationSeconds: 2, width: 640, fps: 5 });
    for (const index of [0, 5, 9]) {
      const page = await sharp(gif.path, { page: index }).png().toBuffer();
      const nearest = await Promise.all(
        [0, 2, 5].map((offset) => videoFrame(source, 25 + index * 5 + offset)),
      );
      const likeness = await Promise.all(nearest.map((frame) => psnr(page, frame)));
      expect(Math.max(...likeness)).toBeGreaterThan(28);
    }
  });

  it('never enlarges, never adds frames, and ends with the video', async () => {
    const { output } = await convert({ startSeconds: 3.5, durationSeconds: 15, width: 800, fps: 25 });
    expect(output).toMatchObject({ width: 640, height: 360 });
    expect(output['durationSeconds']).toBeCloseTo(0.5, 1);
  });

  it('refuses a start behind the end of the video', async () => {
    await expect(convert({ startSeconds: 9 })).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'startSeconds is 9 but the video ends after 4.00 s.',
    });
  });

  it('refuses a type that it does not take', async () => {
    await expect(convert({}, 'application/vnd.apple.mpegurl')).rejects.toMatchObject({
      code: 'invalid_file',
    });
  });
});
