import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { runOn, startLocalEngine } from '../../../../../test/support/local-engine.js';
import type { OutputFile } from '../../engine.port.js';

const ASTRONAUT = join(import.meta.dirname, '../../../../../samples/astronaut.jpg');

// Half a minute on two free cores, and several on a busy machine.
jest.setTimeout(900_000);

describe('upscale of a large photo', () => {
  it('doubles 4000×3000 pixels within 700 MB', async () => {
    const workDir = await mkdtemp(join(tmpdir(), 'upscale-'));
    const engine = startLocalEngine({ memoryMegabytes: 667, timeoutSeconds: 880 });
    try {
      const path = join(workDir, 'photo.jpg');
      const tile = await sharp(ASTRONAUT).resize(1000, 1000).toBuffer();
      await sharp({ create: { width: 4000, height: 3000, channels: 3, background: '#888' } })
        .composite([{ input: tile, tile: true, gravity: 'northwest' }])
        .jpeg()
        .toFile(path);
      const file = { path, contentType: 'image/jpeg', size: 1, fileName: 'photo.jpg' };
      const job = { input: { image: 'u', format: 'jpeg' }, files: { u: file }, workDir };
      const run = runOn(engine, 'upscale', job);
      const { image } = (await run.result) as { image: OutputFile };
      expect(await sharp(image.path, { limitInputPixels: false }).metadata()).toMatchObject({
        width: 8000,
        height: 6000,
      });
      // 667 MiB are 700 MB; the engine ends a run that needs more.
      expect(run.lines.at(-1)).toMatch(/used at most [2-6]\d\d MiB/);
    } finally {
      await engine.close();
      await rm(workDir, { recursive: true });
    }
  });
});
