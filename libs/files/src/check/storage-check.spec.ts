import { truncate, utimes, writeFile, rm, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { getQueueToken } from '@nestjs/bullmq';
import { getRepositoryToken } from '@nestjs/typeorm';
import type { Queue } from 'bullmq';
import { DataSource, type Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { type FilesBench, rejection, startFilesBench } from '../files.spec-support.js';
import { FileRecord } from '../records/file.entity.js';
import { FilesService } from '../records/files.service.js';
import { PendingFile } from '../records/pending-file.entity.js';
import { newStorageKey } from '../storage/storage-key.js';
import { STORAGE_CHECK_QUEUE } from './storage-check-queue.js';
import { StorageCheckProcessor } from './storage-check.processor.js';
import { StorageCheckService } from './storage-check.service.js';
import { StorageChecksRepository } from './storage-checks.repository.js';

const DAY_MS = 86_400_000;

describe('the check of the storage', () => {
  let bench: FilesBench;
  let checks: StorageCheckService;
  let records: Repository<FileRecord>;
  let actor: Actor;

  beforeAll(async () => {
    bench = await startFilesBench();
    checks = bench.app.get(StorageCheckService);
    records = bench.app.get(getRepositoryToken(FileRecord));
    ({ actor } = await bench.newActor());
  }, 60_000);
  afterAll(() => bench.stop());

  const pathOf = (key: string) => join(bench.config.DATA_DIR, 'files', key.slice(0, 2), key.slice(2, 4), key);
  const store = async (text: string) => {
    const { id } = await bench.app.get(FilesService).store(actor, Readable.from([Buffer.from(text)]), {});
    return records.findOneByOrFail({ id });
  };
  /** Bytes that no row knows. */
  const plant = async (ageMs: number) => {
    const key = newStorageKey();
    await mkdir(dirname(pathOf(key)), { recursive: true });
    await writeFile(pathOf(key), 'orphan');
    const then = new Date(Date.now() - ageMs);
    await utimes(pathOf(key), then, then);
    return key;
  };
  const isStored = async (key: string) => (await bench.storedPaths()).includes(pathOf(key));

  it('finds nothing wrong with what is right, and keeps the result', async () => {
    await store('one');
    await store('two!');
    const { outcome, report, finishedAt } = await checks.run({ repair: true });
    expect(outcome).toBe('CLEAN');
    expect(report).toMatchObject({ rows: 2, objects: 2, bytes: 7, missing: 0, orphan: 0, repaired: 0 });
    expect(finishedAt).toBeInstanceOf(Date);
    expect((await checks.latest(5)).map((check) => check.outcome)).toEqual(['CLEAN']);
  });

  it('tells what is wrong on both sides, repairs when asked to, and is clean then', async () => {
    const [kept, lost, cut] = [await store('kept'), await store('lost'), await store('whole and then cut')];
    await rm(pathOf(lost.storageKey));
    await truncate(pathOf(cut.storageKey), 3);
    const [old, young, beingWritten] = [
      await plant(DAY_MS + 60_000),
      await plant(DAY_MS - 60_000),
      await plant(DAY_MS * 2),
    ];
    await bench.app
      .get<Repository<PendingFile>>(getRepositoryToken(PendingFile))
      .insert({ storageKey: beingWritten });

    const looked = await checks.run({ repair: false });
    expect(looked).toMatchObject({
      outcome: 'FOUND',
      report: { missing: 1, wrongSize: 1, orphan: 1, repaired: 0 },
    });
    const byKey = (a: { storageKey: string }, b: { storageKey: string }) =>
      a.storageKey < b.storageKey ? -1 : 1;
    expect(looked.report.examples).toEqual(
      [
        { fault: 'missing', storageKey: lost.storageKey, expected: 4, found: null },
        { fault: 'wrongSize', storageKey: cut.storageKey, expected: 18, found: 3 },
        { fault: 'orphan', storageKey: old, expected: null, found: 6 },
      ].sort(byKey),
    );
    expect(await records.countBy({ id: lost.id })).toBe(1);

    expect(await checks.run({ repair: true })).toMatchObject({
      outcome: 'REPAIRED',
      report: { repaired: 3 },
    });
    expect(await records.findOneBy({ id: lost.id })).toBeNull();
    expect(await records.findOneBy({ id: cut.id })).toBeNull();
    expect(
      await Promise.all([kept.storageKey, cut.storageKey, old, young, beingWritten].map(isStored)),
    ).toEqual([true, false, false, true, true]);
    const response = await fetch(`${bench.origin}/media/${lost.key}`);
    expect([response.status, await response.json()]).toMatchObject([
      404,
      { error: expect.stringContaining('no such file') },
    ]);
    expect((await checks.run({ repair: true })).outcome).toBe('CLEAN');
  });

  it('holds its hand when suspiciously much is wrong, until it is told to go on', async () => {
    const insert = `
      INSERT INTO files (key, storage_key, user_id, file_name, content_type, size, sha256, expires_at)
      SELECT md5(n::text) || 'abcdefgh', md5('s' || n) || 'abcdefgh', $1, 'a', 'text/plain', 1, '', now() + interval '1 day'
      FROM generate_series(1, 2500) n`;
    await bench.app.get(DataSource).query(insert, [actor.userId]);
    const progress: [number, number][] = [];
    const onProgress = (done: number, total: number) => void progress.push([done, total]);
    const held = await checks.run({ repair: true, onProgress });
    expect(held).toMatchObject({ outcome: 'HELD', report: { missing: 2500, repaired: 0 } });
    expect(held.report.examples).toHaveLength(20);
    expect(progress.at(-1)).toEqual([held.report.rows, held.report.rows]);
    expect(progress.length).toBeGreaterThan(10);
    const forced = await checks.run({ repair: true, force: true });
    expect(forced).toMatchObject({ outcome: 'REPAIRED', report: { missing: 2500, repaired: 2500 } });
    expect((await checks.run({ repair: false })).outcome).toBe('CLEAN');
  });

  it('takes what came or went while it looked for what it is now', async () => {
    const storage = bench.app.get(StorageCheckService)['storage'];
    const gone = await store('goes meanwhile');
    const list = jest.spyOn(storage, 'list').mockImplementation(async function* () {
      // Read before anything was stored.
    });
    expect((await checks.run({ repair: true })).outcome).toBe('CLEAN');
    list.mockRestore();
    expect(await records.countBy({ id: gone.id })).toBe(1);
  });

  it('is made by one process at a time, and a dead one is no obstacle', async () => {
    const repository = bench.app.get(StorageChecksRepository);
    await repository.alone(async () => {
      await repository.begin();
      expect((await rejection(checks.run({ repair: true }))).code).toBe('conflict');
    });
    expect((await checks.run({ repair: false })).outcome).toBe('CLEAN');
    expect((await checks.latest(2)).map(({ outcome }) => outcome)).toEqual(['CLEAN', 'FAILED']);
  });

  it('is made every night by the worker, which asks for it once however many there are', async () => {
    const [one] = [await bench.startWorker(), await bench.startWorker()];
    const queue = bench.app.get<Queue>(getQueueToken(STORAGE_CHECK_QUEUE), { strict: false });
    const schedulers = await queue.getJobSchedulers();
    expect(schedulers).toMatchObject([{ key: 'nightly', pattern: '0 30 3 * * *' }]);
    expect((await queue.getJobCounts('delayed')).delayed).toBe(1);
    const [next] = await queue.getDelayed();
    const due = new Date(next!.timestamp + next!.delay);
    expect([due.getUTCHours(), due.getUTCMinutes()]).toEqual([3, 30]);
    const orphan = await plant(2 * DAY_MS);
    expect(await one.get(StorageCheckProcessor).process()).toMatchObject({ outcome: 'REPAIRED', orphan: 1 });
    expect(await isStored(orphan)).toBe(false);
  });
});
