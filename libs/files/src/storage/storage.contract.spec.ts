import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#libs/config';
import { patternBytes, rejection } from '../files.spec-support.js';
import { createStorage } from './create-storage.js';
import { type S3Server, startS3Server } from '../../../../test/support/s3-server.js';
import { newStorageKey } from './storage-key.js';
import type { StorageAdapter } from './storage.port.js';

const MIB = 1024 * 1024;

interface Place {
  storage: StorageAdapter;
  /** Everything in it, half-written things too. */
  paths(): Promise<string[]>;
  stop(): Promise<void>;
}

async function onDisk(): Promise<Place & { root: string }> {
  const DATA_DIR = await mkdtemp(join(tmpdir(), 'modelrunner-storage-'));
  const entries = () => readdir(join(DATA_DIR, 'files'), { recursive: true, withFileTypes: true });
  return {
    root: join(DATA_DIR, 'files'),
    storage: await createStorage(loadConfig({ DATA_DIR })),
    paths: async () => (await entries()).filter((entry) => entry.isFile()).map((entry) => entry.name),
    stop: () => rm(DATA_DIR, { recursive: true }),
  };
}

async function onS3(): Promise<Place & { server: S3Server }> {
  const server = await startS3Server();
  return {
    server,
    storage: await createStorage(loadConfig(server.env)),
    paths: () => server.storedPaths(),
    stop: () => server.stop(),
  };
}

async function* chunked(bytes: Buffer, size = 300_001): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.each<[string, () => Promise<Place>]>([
  ['disk', onDisk],
  ['S3', onS3],
])('a storage on %s', (_, start) => {
  let place: Place;
  let storage: StorageAdapter;
  beforeAll(async () => {
    place = await start();
    ({ storage } = place);
  }, 30_000);
  afterAll(() => place.stop());

  const read = async (...args: Parameters<StorageAdapter['open']>) =>
    Buffer.concat(await (await storage.open(...args)).toArray());
  const put = async (bytes: Buffer, key = newStorageKey()) => {
    await storage.put(key, chunked(bytes));
    return key;
  };
  const keys = async (after?: string) => {
    const found: string[] = [];
    for await (const { key } of storage.list(after)) found.push(key);
    return found;
  };

  it.each([0, 1, 5 * MIB, 8 * MIB, 8 * MIB + 1, 16 * MIB, 20 * MIB + 3])(
    'gives back %d bytes',
    async (size) => {
      const bytes = patternBytes(size);
      const key = await put(bytes);
      expect(await storage.stat(key)).toEqual({ size });
      if (size > 0) expect(hash(await read(key))).toBe(hash(bytes));
      await storage.delete(key);
      expect(await storage.stat(key)).toBeNull();
    },
  );

  it('gives ranges', async () => {
    const bytes = patternBytes(9 * MIB);
    const key = await put(bytes);
    for (const [start, end] of [
      [0, 1],
      [7, 7],
      [8 * MIB - 2, 8 * MIB + 2],
      [9 * MIB - 1, 9 * MIB - 1],
    ] as const) {
      expect((await read(key, { start, end })).equals(bytes.subarray(start, end + 1))).toBe(true);
    }
    await storage.delete(key);
  });

  it('keeps nothing of a source that breaks, early or late', async () => {
    const before = await place.paths();
    for (const size of [1, 9 * MIB, 30 * MIB]) {
      const key = newStorageKey();
      const broken = async function* () {
        yield* chunked(patternBytes(size));
        throw new Error('the source broke');
      };
      expect((await rejection(storage.put(key, broken()))).message).toBe('the source broke');
      expect(await storage.stat(key)).toBeNull();
    }
    expect(await place.paths()).toEqual(before);
  });

  it('shows nothing under a key before all of it is there', async () => {
    const key = newStorageKey();
    const looks: unknown[] = [];
    const watched = async function* () {
      for await (const chunk of chunked(patternBytes(20 * MIB), 4 * MIB)) {
        looks.push(await storage.stat(key));
        yield chunk;
      }
    };
    await storage.put(key, watched());
    expect(new Set(looks)).toEqual(new Set([null]));
    expect(await storage.stat(key)).toEqual({ size: 20 * MIB });
    await storage.delete(key);
  });

  it('says what is not there, and deletes it without complaint', async () => {
    for (const key of [newStorageKey(), '../../etc/passwd', '', 'A'.repeat(40)]) {
      expect((await rejection(storage.open(key))).code).toBe('not_found');
    }
    expect(await storage.stat(newStorageKey())).toBeNull();
    await storage.delete(newStorageKey());
  });

  it('lists in the order of the keys, from anywhere on', async () => {
    const made = await Promise.all(Array.from({ length: 40 }, () => put(Buffer.from('x'))));
    // Neighbours in one folder, and the first of the next.
    const near = ['00', '01', '0z', '10'].map((end) => `zzz${end}`.padEnd(40, '0'));
    for (const key of near) made.push(await put(Buffer.from('xy'), key));
    made.sort();
    expect(await keys()).toEqual(made);
    for (const after of ['', made[0]!, made[20]!, near[1]!, 'm', made.at(-1)!]) {
      expect(await keys(after)).toEqual(made.filter((key) => key > after));
    }
    const listed = storage.list(near[0])[Symbol.asyncIterator]();
    expect((await listed.next()).value).toMatchObject({ key: near[1], size: 2 });
    await listed.return?.();
    for (const key of made) await storage.delete(key);
    expect(await keys()).toEqual([]);
  });

  it('reads on when the reader is slow, and lets go when it leaves', async () => {
    const key = await put(patternBytes(4 * MIB));
    const stream = await storage.open(key);
    for await (const chunk of stream) {
      expect((chunk as Buffer).length).toBeGreaterThan(0);
      break;
    }
    expect(stream.destroyed).toBe(true);
    await storage.delete(key);
  });

  it('sweeps without harm to what is stored', async () => {
    const key = await put(Buffer.from('kept'));
    await storage.sweep();
    expect((await read(key)).toString()).toBe('kept');
    await storage.delete(key);
  });
});

describe('a storage on disk', () => {
  it('lists no leavings and no strangers', async () => {
    const place = await onDisk();
    const key = newStorageKey();
    await place.storage.put(key, chunked(Buffer.from('x')));
    for (const stranger of [
      join('tmp', newStorageKey()),
      join(key.slice(0, 2), newStorageKey()),
      'README',
      'zz',
    ]) {
      await writeFile(join(place.root, stranger), 'stranger');
    }
    const names: string[] = [];
    for await (const object of place.storage.list()) names.push(object.key);
    expect(names).toEqual([key]);
    await place.stop();
  });
});

describe('a storage on S3', () => {
  let place: Place & { server: S3Server };
  beforeAll(async () => void (place = await onS3()), 30_000);
  afterAll(() => place.stop());
  afterEach(() => (place.server.failure = null));

  it('tries again what the service refuses for a moment', async () => {
    let refusals = 2;
    place.server.failure = () => (refusals-- > 0 ? 'SlowDown' : undefined);
    const key = newStorageKey();
    await place.storage.put(key, chunked(Buffer.from('stubborn')));
    expect(await place.storage.stat(key)).toEqual({ size: 8 });
  });

  it('tells no room from no answer', async () => {
    const put = () => rejection(place.storage.put(newStorageKey(), chunked(patternBytes(9 * MIB))));
    const before = await place.paths();
    place.server.failure = (call) => (call.startsWith('PUT') ? 'QuotaExceeded' : undefined);
    expect(await put()).toMatchObject({ code: 'storage_full' });
    expect(await place.paths()).toEqual(before);
    place.server.failure = () => 'AccessDenied';
    expect(await put()).toMatchObject({
      code: 'unavailable',
      message: expect.not.stringContaining('Denied'),
    });
  });

  it('sweeps uploads of writers that died, and what waited too long', async () => {
    const direct = place.storage.direct!;
    const [old, young, awaited] = [newStorageKey(), newStorageKey(), newStorageKey()];
    const begin = async (key: string) => {
      const signed = await direct.signPut(key, { contentType: 'a/b', size: null }, 60);
      await fetch(signed, { method: 'PUT', body: 'old', headers: { 'content-type': 'a/b' } });
      const id = await direct.startParts(key);
      await fetch(await direct.signPart(key, id, 1, 60), { method: 'PUT', body: 'a part' });
      return id;
    };
    const stands = async (key: string, id: string) => [
      (await direct.statWaiting(key)) !== null,
      (await direct.listParts(key, id).catch(() => [])).length === 1,
    ];
    const ids = [await begin(old), await begin(awaited)] as const;
    await place.storage.sweep();
    expect(await stands(old, ids[0])).toEqual([true, true]);
    await place.server.age(27 * 3_600_000);
    const youngId = await begin(young);
    await place.storage.sweep({ isAwaited: async (key) => key === awaited });
    expect(await stands(old, ids[0])).toEqual([false, false]);
    expect(await stands(awaited, ids[1])).toEqual([true, false]);
    expect(await stands(young, youngId)).toEqual([true, true]);
    await place.storage.sweep({ isLeft: true });
    expect(await stands(young, youngId)).toEqual([false, false]);
  });
});
