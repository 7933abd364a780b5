/** @jest-environment ./test/support/native-environment.mjs */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { testTools } from '../../../../../test/support/model-tools.js';
import { psnr } from '../../../../../test/support/pictures.js';
import { brightness, videoFrame } from '../../../../../test/support/videos.js';
import { OutputFile } from '../../engine.port.js';
import { probeVideo } from '../ffmpeg/probe-video.js';
import { model } from './model.js';

const ASTRONAUT = join(import.meta.dirname, '../../../../../samples/astronaut.jpg');
/** Where the head is in the sample, hair included: measured by eye. */
const HEAD = { left: 165, top: 5, width: 130, height: 185 };
const defaults = { motion: 'zoom-in', durationSeconds: 2, format: '16:9', zoom: 1.25 };
const tools = testTools();

// Encoding on a busy machine takes its time.
jest.setTimeout(60_000);

describe('animate-image', () => {
  let workDir: string;
  beforeAll(async () => (workDir = await mkdtemp(join(tmpdir(), 'animate-'))));
  afterAll(() => rm(workDir, { recursive: true }));

  async function animate(path: string, input: Partial<typeof defaults>) {
    const image = { path, contentType: 'image/jpeg', size: 1, fileName: 'portrait.jpg' };
    const job = {
      requestId: 'r',
      workDir,
      input: { image: 'u', ...defaults, ...input },
      files: new Map([['u', image]]),
    };
    const output = await model.run(job, tools);
    const video = output['video'] as OutputFile;
    return { output, video, probe: await probeVideo(video, tools) };
  }

  it.each([
    ['16:9', 1280, 720],
    ['9:16', 720, 1280],
    ['1:1', 960, 960],
  ])('makes an H.264 video of the shape %s, exactly as long as asked', async (format, width, height) => {
    const { output, video, probe } = await animate(ASTRONAUT, {
      format,
      durationSeconds: 2.4,
      motion: 'pan-right',
    });
    expect(probe).toMatchObject({ codec: 'h264', width, height, frames: 60 });
    expect(probe.durationSeconds).toBeCloseTo(2.4, 2);
    expect(output).toMatchObject({ durationSeconds: 2.4, width, height, fps: 25, subject: 'person' });
    expect(video.fileName).toBe('portrait-pan-right.mp4');
  });

  it('zooms from the widest view of the picture to a closer one, both with the whole head', async () => {
    const { video, probe } = await animate(ASTRONAUT, {});
    const first = await videoFrame(video.path, 0);
    const last = await videoFrame(video.path, probe.frames - 1);
    // The picture is square, so the widest view has its whole width; the head is at its top.
    const wide = await sharp(ASTRONAUT)
      .extract({ left: 0, top: 0, width: 512, height: 288 })
      .png()
      .toBuffer();
    expect(await psnr(wide, first, { width: 512, height: 288 })).toBeGreaterThan(30);
    expect(await psnr(first, last)).toBeLessThan(20);
    expect(await findPart(last, { width: 512 / 1.25, height: 288 / 1.25 })).toBeGreaterThan(26);
  });

  it('zooms out as it zooms in, backwards', async () => {
    const zoomIn = await animate(ASTRONAUT, { motion: 'zoom-in' });
    const start = await videoFrame(zoomIn.video.path, 0);
    const zoomOut = await animate(ASTRONAUT, { motion: 'zoom-out' });
    expect(await psnr(start, await videoFrame(zoomOut.video.path, zoomOut.probe.frames - 1))).toBeGreaterThan(
      30,
    );
  });

  it.each(['zoom-in', 'pan-right'])(
    '%s moves steadily, less than a third of a pixel off its course',
    async (motion) => {
      const bar = join(workDir, `${motion}.png`);
      await drawBar(bar);
      const { video } = await animate(bar, { motion });
      const rows = await brightness(video.path, { left: 0, top: 360, width: 1280, height: 1 });
      const places = rows.map(whiteWidth);
      const course = smooth(places);
      const inner = places.slice(2, -2);
      expect(Math.abs(places.at(-1)! - places[0]!)).toBeGreaterThan(40);
      for (const [index, place] of inner.entries())
        expect(Math.abs(place - course[index]!)).toBeLessThan(0.33);
    },
  );

  it('refuses what is not a picture', async () => {
    await expect(animate(import.meta.filename, {})).rejects.toMatchObject({ code: 'invalid_file' });
  });

  /** Best match of the head, wherever the view may begin in the picture. @returns PSNR in dB */
  async function findPart(frame: Buffer, view: { width: number; height: number }): Promise<number> {
    const size = { width: Math.round(view.width), height: Math.round(view.height) };
    const small = await sharp(frame).resize(size.width, size.height, { fit: 'fill' }).png().toBuffer();
    const head = await sharp(ASTRONAUT).extract(HEAD).png().toBuffer();
    let best = 0;
    for (let left = HEAD.left - (512 - size.width); left <= HEAD.left; left += 1) {
      // A view of the top of the picture: the head is as far down as there.
      const place = { ...HEAD, left };
      const part = await sharp(small).extract(place).png().toBuffer();
      best = Math.max(best, await psnr(head, part));
    }
    return best;
  }
});

/** A white bar on black, from the left third to the right edge for pans and zooms alike. */
async function drawBar(path: string): Promise<void> {
  const white = { create: { width: 800, height: 900, channels: 3 as const, background: '#fff' } };
  const bar = await sharp(white).png().toBuffer();
  await sharp({ create: { width: 1600, height: 900, channels: 3, background: '#000' } })
    .composite([{ input: bar, left: 800, top: 0 }])
    .png()
    .toFile(path);
}

/** How many pixels wide the white part of a row is, finer than a pixel. Nearly white is white: videos are compressed. */
function whiteWidth(row: Buffer): number {
  return row.reduce((sum, value) => sum + Math.min(1, Math.max(0, (value - 32) / (223 - 32))), 0);
}

/** Each value as its neighbours expect it (Savitzky-Golay over five values); two values shorter at each end. */
function smooth(values: readonly number[]): number[] {
  const weights = [-3, 12, 17, 12, -3].map((weight) => weight / 35);
  return values
    .slice(2, -2)
    .map((_, start) => weights.reduce((sum, weight, offset) => sum + weight * values[start + offset]!, 0));
}
