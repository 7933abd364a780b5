import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { testTools } from '../../../../../test/support/model-tools.js';
import { psnr } from '../../../../../test/support/pictures.js';
import { makeVideo, videoFrame } from '../../../../../test/support/videos.js';
import { OutputFile } from '../../engine.port.js';
import { model } from './model.js';

// Encoding on a busy machine takes its time.
jest.setTimeout(60_000);

describe('video-thumbnail', () => {
  let workDir: string;
  const path = (name: string) => join(workDir, name);
  beforeAll(async () => {
    workDir = await mkdtemp(join(tmpdir(), 'thumbnail-'));
    const clock = ['-f', 'lavfi', '-i', 'testsrc=s=640x360:r=25'];
    await makeVideo(...clock, '-t', '4', '-pix_fmt', 'yuv420p', path('clock.mp4'));
    await makeVideo('-i', path('clock.mp4'), '-c', 'copy', '-metadata:s:v', 'rotate=90', path('turned.mp4'));
    await makeVideo('-i', path('clock.mp4'), '-c:v', 'libvpx', '-deadline', 'realtime', path('clock.webm'));
    // One second of black, two of the clock, one of white.
    const plain = (colour: string) => ['-f', 'lavfi', '-i', `color=${colour}:s=640x360:r=25:d=1`];
    const join3 = '[1:v]trim=duration=2[clock];[0:v][clock][2:v]concat=n=3,format=yuv420p';
    await makeVideo(
      ...plain('black'),
      ...clock,
      ...plain('white'),
      '-filter_complex',
      join3,
      path('faded.mp4'),
    );
  });
  afterAll(() => rm(workDir, { recursive: true }));

  async function take(
    fileName: string,
    input: { second?: number; width?: number; format?: string },
    contentType = 'video/mp4',
  ) {
    const video = { path: path(fileName), contentType, size: 1, fileName };
    const filled = { video: 'u', width: 640, format: 'png', ...input };
    const job = { requestId: 'r', workDir, input: filled, files: new Map([['u', video]]) };
    const output = await model.run(job, testTools());
    const image = output['image'] as OutputFile;
    const bytes = await readFile(image.path);
    return { output, image, bytes, metadata: await sharp(bytes).metadata() };
  }

  it.each([
    [0, 0],
    [1.2, 30],
    [2.345, 59],
    [3.96, 99],
    [4, 99],
  ])('takes the frame that is shown at second %d', async (second, index) => {
    const { output, bytes } = await take('clock.mp4', { second });
    expect(await psnr(bytes, await videoFrame(path('clock.mp4'), index))).toBeGreaterThan(40);
    expect(output['second']).toBeCloseTo(Math.min(second, 3.96), 3);
  });

  it('takes the frame of a WebM too', async () => {
    const { bytes } = await take('clock.webm', { second: 2 }, 'video/webm');
    expect(await psnr(bytes, await videoFrame(path('clock.mp4'), 50))).toBeGreaterThan(28);
  });

  it('scales down, never up, and writes the format asked for', async () => {
    const small = await take('clock.mp4', { second: 1, width: 320, format: 'jpeg' });
    expect(small.metadata).toMatchObject({ format: 'jpeg', width: 320, height: 180 });
    expect(small.image).toMatchObject({ contentType: 'image/jpeg', fileName: 'clock.jpg' });
    const large = await take('clock.mp4', { second: 1, width: 4096 });
    expect(large.metadata).toMatchObject({ format: 'png', width: 640, height: 360 });
    expect(large.output).toMatchObject({ width: 640, height: 360 });
  });

  it('turns the pictures of a phone upright', async () => {
    const { metadata, output } = await take('turned.mp4', { second: 0 });
    expect(metadata).toMatchObject({ width: 360, height: 640 });
    expect(output).toMatchObject({ width: 360, height: 640 });
  });

  it('finds the frame that represents the video, not the black or the white one', async () => {
    const { output, bytes } = await take('faded.mp4', {});
    expect(output['second']).toBeGreaterThanOrEqual(1);
    expect(output['second']).toBeLessThan(3);
    const frame = Math.round((output['second'] as number) * 25);
    expect(await psnr(bytes, await videoFrame(path('faded.mp4'), frame))).toBeGreaterThan(40);
  });

  it('finds one among the key frames of a longer video', async () => {
    const clock = [
      '-f',
      'lavfi',
      '-i',
      'testsrc=s=320x180:r=10',
      '-t',
      '40',
      '-g',
      '20',
      '-pix_fmt',
      'yuv420p',
    ];
    await makeVideo(...clock, path('long.mp4'));
    const { output, bytes } = await take('long.mp4', {});
    const second = output['second'] as number;
    // Key frames stand every two seconds.
    expect(second % 2).toBeCloseTo(0, 2);
    expect(await psnr(bytes, await videoFrame(path('long.mp4'), Math.round(second * 10)))).toBeGreaterThan(
      40,
    );
  });

  it('refuses a second behind the end', async () => {
    await expect(take('clock.mp4', { second: 4.5 })).rejects.toMatchObject({
      code: 'invalid_input',
      details: { validationErrors: [{ path: 'second', message: 'is 4.5 but the video ends after 4.00 s' }] },
    });
  });
});
