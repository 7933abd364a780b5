import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '#libs/config';
import { mountSmallDisk } from '../../../../test/support/small-disk.js';
import { patternBytes, rejection } from '../files.spec-support.js';
import { createStorage } from './create-storage.js';
import { newStorageKey } from './storage-key.js';

const MIB = 1024 * 1024;

const disk = mountSmallDisk(8);

(disk ? describe : describe.skip)('a storage on a disk that is full', () => {
  afterAll(() => disk?.remove());

  it('says so, keeps nothing half-written, and works again when there is room', async () => {
    const storage = await createStorage(loadConfig({ DATA_DIR: disk!.path }));
    const put = async (megabytes: number) => {
      const key = newStorageKey();
      const bytes = patternBytes(MIB);
      await storage.put(
        key,
        (async function* () {
          for (let sent = 0; sent < megabytes; sent += 0.25) yield bytes.subarray(0, MIB / 4);
        })(),
      );
      return key;
    };
    const stored = () =>
      readdirSync(join(disk!.path, 'files'), { recursive: true, withFileTypes: true }).filter((e) =>
        e.isFile(),
      );
    const first = await put(5);
    for (const size of [4, 100]) {
      expect(await rejection(put(size))).toMatchObject({ code: 'storage_full', kind: 'unavailable' });
      expect(stored().map(({ name }) => name)).toEqual([first]);
    }
    await storage.delete(first);
    expect(await storage.stat(await put(7))).toEqual({ size: 7 * MIB });
  });
});
