import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#libs/config';
import { patternBytes, rejection } from '../files.spec-support.js';
import { createStorage } from './create-storage.js';
import { newStorageKey } from './storage-key.js';

const MIB = 1024 * 1024;

/** A disk of 8 MiB; null where this user may not mount one. */
function mountSmallDisk(): string | null {
  const path = mkdtempSync(join(tmpdir(), 'modelrunner-small-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', path], { stdio: 'ignore' });
    return path;
  } catch {
    rmdirSync(path);
    return null;
  }
}

const disk = mountSmallDisk();

(disk ? describe : describe.skip)('a storage on a disk that is full', () => {
  afterAll(() => {
    execFileSync('umount', [disk!]);
    rmdirSync(disk!);
  });

  it('says so, keeps nothing half-written, and works again when there is room', async () => {
    const storage = await createStorage(loadConfig({ DATA_DIR: disk! }));
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
      readdirSync(join(disk!, 'files'), { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
    const first = await put(5);
    for (const size of [4, 100]) {
      expect(await rejection(put(size))).toMatchObject({ code: 'storage_full', kind: 'unavailable' });
      expect(stored().map(({ name }) => name)).toEqual([first]);
    }
    await storage.delete(first);
    expect(await storage.stat(await put(7))).toEqual({ size: 7 * MIB });
  });
});
