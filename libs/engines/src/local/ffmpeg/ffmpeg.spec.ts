import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testTools } from '../../../../../test/support/model-tools.js';
import { makeVideo } from '../../../../../test/support/videos.js';
import { copyForUser, ensureExecutable } from './ffmpeg-binary.js';
import { probeVideo } from './probe-video.js';
import { runFfmpeg } from './run-ffmpeg.js';

jest.setTimeout(30_000);

describe('ffmpeg', () => {
  let folder: string;
  const path = (name: string) => join(folder, name);
  const clock = ['-f', 'lavfi', '-i', 'testsrc=s=320x240:r=25', '-t', '3', '-pix_fmt', 'yuv420p'];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ffmpeg-'));
    await makeVideo(...clock, path('clock.mp4'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  describe('probeVideo', () => {
    it.each([
      ['video/mp4', 'clock.mp4', [], 'h264'],
      ['video/quicktime', 'clock.mov', ['-c:v', 'mpeg4'], 'mpeg4'],
      ['video/webm', 'clock.webm', ['-c:v', 'libvpx', '-deadline', 'realtime'], 'vp8'],
      ['video/x-matroska', 'clock.mkv', [], 'h264'],
      ['video/vnd.avi', 'clock.avi', [], 'mpeg4'],
      ['image/gif', 'clock.gif', ['-pix_fmt', 'rgb8'], 'gif'],
    ])('measures %s', async (contentType, name, options, codec) => {
      await makeVideo(...clock, ...options, path(name));
      const probe = await probeVideo({ path: path(name), contentType }, testTools());
      expect(probe).toMatchObject({ codec, width: 320, height: 240, frames: 75 });
      expect(probe.durationSeconds).toBeCloseTo(3, 1);
      expect(probe.framesPerSecond).toBeCloseTo(25, 0);
      expect(probe.lastFrameSeconds).toBeCloseTo(2.96, 1);
    });

    it('sees a video as a player shows it: turned, and with square pixels', async () => {
      await makeVideo(
        '-i',
        path('clock.mp4'),
        '-c',
        'copy',
        '-metadata:s:v',
        'rotate=90',
        path('turned.mp4'),
      );
      const turned = await probeVideo({ path: path('turned.mp4'), contentType: 'video/mp4' }, testTools());
      expect(turned).toMatchObject({ width: 240, height: 320 });
      await makeVideo(...clock, '-vf', 'setsar=4/3', path('wide.mp4'));
      const wide = await probeVideo({ path: path('wide.mp4'), contentType: 'video/mp4' }, testTools());
      expect(wide).toMatchObject({ width: 427, height: 240 });
    });

    it.each([
      ['a text', 'text.mp4', 'video/mp4', async () => writeFile(path('text.mp4'), 'no video')],
      ['a cut-off file', 'cut.mp4', 'video/mp4', async () => writeFile(path('cut.mp4'), Buffer.alloc(5000))],
      [
        'sound alone',
        'sound.mp4',
        'video/mp4',
        () => makeVideo('-f', 'lavfi', '-i', 'sine', '-t', '1', path('sound.mp4')),
      ],
      ['an unknown type', 'clock.mp4', 'video/mpeg', async () => undefined],
    ])('refuses %s', async (_, name, contentType, make) => {
      await make();
      await expect(probeVideo({ path: path(name), contentType }, testTools())).rejects.toMatchObject({
        code: 'invalid_file',
      });
    });

    it('follows no playlist, so a file cannot make the server read others', async () => {
      const playlist = `#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nfile://${path('clock.mp4')}\n#EXT-X-ENDLIST\n`;
      await writeFile(path('playlist.mp4'), playlist);
      await expect(
        probeVideo({ path: path('playlist.mp4'), contentType: 'video/mp4' }, testTools()),
      ).rejects.toMatchObject({ code: 'invalid_file' });
    });

    it('refuses more pixels than 4K before it decodes them', async () => {
      await makeVideo('-f', 'lavfi', '-i', 'color=s=5000x2000:d=0.1', '-c:v', 'mpeg4', path('huge.mp4'));
      await expect(
        probeVideo({ path: path('huge.mp4'), contentType: 'video/mp4' }, testTools()),
      ).rejects.toThrow('The video is 5000×2000; at most 4096×2160 pixels are taken.');
    });
  });

  describe('runFfmpeg', () => {
    const endless = ['-re', '-f', 'lavfi', '-i', 'testsrc', '-f', 'null', '-'];

    it('is killed at an abort and at the time limit', async () => {
      const abort = new AbortController();
      const aborted = runFfmpeg({ args: endless, timeoutSeconds: 30 }, testTools({ signal: abort.signal }));
      setTimeout(() => abort.abort(), 300);
      await expect(aborted).rejects.toMatchObject({ code: 'cancelled' });
      await expect(runFfmpeg({ args: endless, timeoutSeconds: 0.3 }, testTools())).rejects.toMatchObject({
        code: 'engine_timeout',
      });
    });

    it('tells its progress in percent', async () => {
      const percents: number[] = [];
      const args = ['-re', '-f', 'lavfi', '-i', 'testsrc', '-t', '1.5', '-f', 'null', '-'];
      const onProgress = (percent: number) => percents.push(percent);
      await runFfmpeg({ args, timeoutSeconds: 30, outputSeconds: 1.5, onProgress }, testTools());
      expect(percents.at(-1)).toBeGreaterThan(95);
      expect(percents).toEqual([...percents].sort((a, b) => a - b));
    });

    it('writes its complaint to the log, without the folders of the server', async () => {
      const tools = testTools();
      const args = ['-i', `file:${path('missing.mp4')}`, '-f', 'null', '-'];
      await expect(runFfmpeg({ args, timeoutSeconds: 30 }, tools)).rejects.toThrow('ffmpeg ended with 1');
      expect(tools.lines.join('\n')).toContain('missing.mp4: No such file');
      expect(tools.lines.join('\n')).not.toContain(folder);
    });

    it('passes on what goes wrong in the source of its input', async () => {
      async function* broken() {
        yield Buffer.alloc(100);
        throw new Error('the source broke');
      }
      const args = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', '64x64', '-i', 'pipe:0', '-f', 'null', '-'];
      await expect(runFfmpeg({ args, timeoutSeconds: 30, stdin: broken() }, testTools())).rejects.toThrow(
        'the source broke',
      );
    });

    it('ends when ffmpeg stops reading early', async () => {
      function* frames() {
        for (let frame = 0; frame < 500; frame++) yield new Uint8Array(64 * 64 * 3);
      }
      const source = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', '64x64', '-i', 'pipe:0'];
      await runFfmpeg(
        { args: [...source, '-frames:v', '2', '-f', 'null', '-'], timeoutSeconds: 30, stdin: frames() },
        testTools(),
      );
    });

    it('says what to do when the configured program is not there', async () => {
      const tools = testTools({ ffmpegPath: '/nowhere/ffmpeg' });
      await expect(runFfmpeg({ args: ['-version'], timeoutSeconds: 5 }, tools)).rejects.toMatchObject({
        code: 'engine_unavailable',
        message: expect.stringContaining('FFMPEG_PATH'),
      });
    });
  });

  describe('the packaged program', () => {
    it('is made executable again', async () => {
      await copyFile('/bin/true', path('program'));
      await chmod(path('program'), 0o644);
      expect(await ensureExecutable(path('program'), path('private'))).toBe(path('program'));
      expect((await stat(path('program'))).mode & 0o111).toBe(0o111);
    });

    it('is copied once to a folder of this user alone where it cannot be changed', async () => {
      await copyFile('/bin/true', path('readonly'));
      const copy = await copyForUser(path('readonly'), path('private'));
      expect(await copyForUser(path('readonly'), path('private'))).toBe(copy);
      expect((await stat(path('private'))).mode & 0o777).toBe(0o700);
      expect((await stat(copy)).mode & 0o777).toBe(0o700);
      expect(await readdir(path('private'))).toHaveLength(1);
    });

    it('is not run from a folder in which others can write', async () => {
      await mkdir(path('open'));
      await chmod(path('open'), 0o777);
      await expect(copyForUser('/bin/true', path('open'))).rejects.toMatchObject({
        code: 'engine_unavailable',
      });
    });
  });
});
