import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { OutputFile } from '#libs/engines';
import { pixelsOf } from './picture-size.js';

describe('pixelsOf', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'picture-size-'));
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const picture = async (name: string, width: number, height: number): Promise<OutputFile> => {
    const path = join(dir, name);
    await sharp({ create: { width, height, channels: 3, background: '#345' } }).toFile(path);
    return new OutputFile(path, `image/${name.split('.')[1]}`, name);
  };

  it('adds up the pictures and nothing else', async () => {
    const files = [await picture('a.png', 30, 20), await picture('b.webp', 7, 3)];
    expect(await pixelsOf([...files, new OutputFile('/no/such.mp4', 'video/mp4', 'such.mp4')])).toBe(621);
    expect(await pixelsOf([])).toBe(0);
  });
});
