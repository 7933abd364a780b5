import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { getRepositoryToken } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { KnownBytesRepository } from '../check/known-bytes.repository.js';
import { StorageCheckService } from '../check/storage-check.service.js';
import { StorageChecksRepository } from '../check/storage-checks.repository.js';
import { type FilesBench, patternBytes, rejection, startFilesBench } from '../files.spec-support.js';
import { FileRecord } from '../records/file.entity.js';
import { FilesService, type StoredFile } from '../records/files.service.js';
import { createStorage } from '../storage/create-storage.js';
import { newStorageKey } from '../storage/storage-key.js';
import { type S3Server, startS3Server } from '../../../../test/support/s3-server.js';
import { type MovedFile, type MoveOptions, StorageMove } from './storage-move.service.js';

jest.setTimeout(60_000);

describe('StorageMove', () => {
  let s3: S3Server;
  let bench: FilesBench;
  let actor: Actor;
  let files: StoredFile[];

  beforeAll(async () => {
    s3 = await startS3Server();
    bench = await startFilesBench({ ...s3.env, STORAGE: 'disk' });
    ({ actor } = await bench.newActor());
    files = [];
    for (const size of [1, 1_000, 9_000_000])
      files.push(await store(patternBytes(size + 4).subarray(0, size)));
  });
  afterAll(async () => {
    await bench.stop();
    await s3.stop();
  });
  afterEach(() => (s3.failure = null));

  const store = (bytes: Buffer) => bench.app.get(FilesService).store(actor, Readable.from([bytes]), {});
  const move = async (
    options: Partial<MoveOptions> & Pick<MoveOptions, 'to'>,
    STORAGE = bench.config.STORAGE,
  ) => {
    const outcomes: MovedFile['outcome'][] = [];
    const records = bench.app.get<Repository<FileRecord>>(getRepositoryToken(FileRecord));
    await new StorageMove(records, { ...bench.config, STORAGE }).run({
      deleteSource: false,
      onStart: () => undefined,
      onFile: ({ outcome }) => outcomes.push(outcome),
      ...options,
    });
    return outcomes.sort();
  };

  it('copies, goes on where it broke off, and leaves the source', async () => {
    const before = await bench.storedPaths();
    let puts = 0;
    s3.failure = (call) => (call.startsWith('PUT') && (puts += 1) > 1 ? 'AccessDenied' : undefined);
    expect((await rejection(move({ to: 's3' }))).code).toBe('unavailable');
    s3.failure = null;
    const total: number[] = [];
    const outcomes = await move({ to: 's3', onStart: (...all) => total.push(...all) });
    expect(total).toEqual([3, 9_001_001]);
    expect(outcomes).toEqual(['copied', 'copied', 'present']);
    expect(await move({ to: 's3' })).toEqual(['present', 'present', 'present']);
    expect(await bench.storedPaths()).toEqual(before);
    expect(await s3.storedPaths()).toHaveLength(3);
  });

  it('copies anew what is not the same', async () => {
    const target = await createStorage(bench.config, 's3');
    const { storageKey } = (await bench.app.get(FilesService).findByKey(files[1]!.key))!;
    await target.put(storageKey, Readable.from([Buffer.alloc(1_000)]));
    expect(await move({ to: 's3' })).toEqual(['copied', 'present', 'present']);
  });

  it('is not ended by the check of the storage, which leaves alone what has not been moved yet', async () => {
    const late = await store(Buffer.from('not moved yet'));
    const { storageKey } = (await bench.app.get(FilesService).findByKey(late.key))!;
    const config = { ...bench.config, STORAGE: 's3' as const };
    const { app } = bench;
    const check = new StorageCheckService(
      await createStorage(config),
      config,
      app.get(KnownBytesRepository),
      app.get(StorageChecksRepository),
      app.get(FilesService),
    );
    const report = { missing: 1, elsewhere: 1, repaired: 0 };
    expect(await check.run({ repair: true })).toMatchObject({ outcome: 'HELD', report });
    expect(await move({ to: 's3' })).toEqual(['copied', 'present', 'present', 'present']);
    expect(await check.run({ repair: true })).toMatchObject({ outcome: 'CLEAN' });
    await app.get(FilesService).deleteById(late.id);
    await (await createStorage(config)).delete(storageKey);
  });

  it('deletes only when the server uses the target, and only what is verified', async () => {
    expect(await rejection(move({ to: 's3', deleteSource: true }))).toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('STORAGE=s3'),
    });
    const late = await store(Buffer.from('came later'));
    const damaged = (await bench.app.get(FilesService).findByKey(late.key))!.storageKey;
    const [path] = (await bench.storedPaths()).filter((stored) => stored.endsWith(damaged));
    await writeFile(path!, 'another te');
    expect(await move({ to: 's3', deleteSource: true }, 's3')).toEqual([
      'damaged',
      'present',
      'present',
      'present',
    ]);
    expect(await bench.storedPaths()).toEqual([path]);
    expect(await s3.storedPaths()).toHaveLength(3);
    await rm(path!);
    expect(await move({ to: 's3', deleteSource: true }, 's3')).toEqual([
      'missing',
      'present',
      'present',
      'present',
    ]);
  });

  it('goes on past a file that cannot be read, and one that is deleted meanwhile', async () => {
    const [bad, gone] = [await store(Buffer.from('on a bad block')), await store(Buffer.from('going'))];
    const keyOf = async ({ key }: StoredFile) =>
      (await bench.app.get(FilesService).findByKey(key))!.storageKey;
    const [badKey, goneKey] = [await keyOf(bad), await keyOf(gone)];
    const path = (await bench.storedPaths()).find((stored) => stored.endsWith(badKey))!;
    await rm(path);
    await mkdir(path);
    // Deleted when its copy is on the way.
    let isDeleted = false;
    s3.failure = (call) => {
      if (!isDeleted && call.startsWith('PUT') && call.endsWith(goneKey)) {
        isDeleted = true;
        deletion = bench.app.get(FilesService).deleteById(gone.id);
      }
      return undefined;
    };
    let deletion: Promise<void> | undefined;
    const problems: MovedFile[] = [];
    const options = { to: 's3' as const, onFile: (file: MovedFile) => problems.push(file) };
    await move(options);
    await deletion;
    s3.failure = null;
    expect(problems).toContainEqual({
      storageKey: badKey,
      size: 14,
      outcome: 'failed',
      reason: expect.stringContaining('EISDIR'),
    });
    expect(problems).toContainEqual({ storageKey: goneKey, size: 5, outcome: 'deleted' });
    expect((await s3.storedPaths()).filter((stored) => stored.includes(goneKey))).toEqual([]);
    await rm(path, { recursive: true });
    await bench.app.get(FilesService).deleteById(bad.id);
  });

  it('empties the source in the end, also of what no file has any more', async () => {
    const direct = (await createStorage(bench.config, 's3')).direct!;
    const [orphan, part, came] = [newStorageKey(), newStorageKey(), newStorageKey()];
    await (
      await createStorage(bench.config, 's3')
    ).put(orphan, Readable.from([Buffer.from('deleted after 1')]));
    const multipart = await direct.startParts(part);
    await fetch(await direct.signPart(part, multipart, 1, 60), { method: 'PUT', body: 'a part' });
    const put = await direct.signPut(came, { contentType: 'a/b', size: null }, 60);
    await fetch(put, { method: 'PUT', body: 'came', headers: { 'content-type': 'a/b' } });
    const there = (await s3.storedPaths()).length;
    expect(await move({ to: 'disk' })).not.toContain('failed');
    expect(await s3.storedPaths()).toHaveLength(there);
    const kept = await bench.storedPaths();
    await move({ to: 'disk', deleteSource: true });
    expect(await s3.storedPaths()).toEqual([]);
    expect((await bench.storedPaths()).sort()).toEqual(kept.sort());
    const leavings = join(bench.config.DATA_DIR, 'files', 'tmp', 'half-written');
    await writeFile(leavings, 'x');
    await writeFile(join(dirname(kept[0]!), basename(kept[0]!).slice(0, 4).padEnd(40, 'z')), 'an orphan');
    await move({ to: 's3', deleteSource: true }, 's3');
    expect(await bench.storedPaths()).toEqual([]);
    expect((await s3.storedPaths()).length).toBe(kept.length);
  });

  it('moves back', async () => {
    expect(await move({ to: 'disk', deleteSource: true })).toEqual(['copied', 'copied', 'copied', 'missing']);
    expect(await s3.storedPaths()).toEqual([]);
    expect(await readdir(join(bench.config.DATA_DIR, 'files'))).toContain('tmp');
    expect(Buffer.from(await (await fetch(files[2]!.url)).arrayBuffer())).toHaveLength(9_000_000);
  });
});
