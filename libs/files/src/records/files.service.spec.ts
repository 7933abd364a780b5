import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { getRepositoryToken } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { AppError } from '#libs/errors';
import { type FilesBench, patternBytes, rejection, startFilesBench } from '../files.spec-support.js';
import { newStorageKey } from '../storage/storage-key.js';
import { STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import { Upload } from '../upload/upload.entity.js';
import { FileRecord } from './file.entity.js';
import { FileSweeper } from './file-sweeper.service.js';
import { FilesService } from './files.service.js';
import { PendingFile } from './pending-file.entity.js';

describe('FilesService', () => {
  let bench: FilesBench;
  let files: FilesService;
  let records: Repository<FileRecord>;
  let actor: Actor;

  beforeAll(async () => {
    bench = await startFilesBench({ MAX_FILE_BYTES: String(1024 * 1024) });
    files = bench.app.get(FilesService);
    records = bench.app.get(getRepositoryToken(FileRecord));
    ({ actor } = await bench.newActor());
  }, 60_000);
  afterAll(() => bench.stop());

  const store = (source: Buffer | Readable, meta = {}) =>
    files.store(actor, source instanceof Readable ? source : Readable.from([source]), meta);

  it('stores a stream: measured, named and typed', async () => {
    const bytes = patternBytes(300_000);
    const file = await store(bytes, { fileName: '../x/dump', contentType: 'application/x-dump' });
    expect(file).toMatchObject({
      fileName: 'dump',
      contentType: 'application/x-dump',
      size: 300_000,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      url: `${bench.origin}/media/${file.key}`,
    });
    expect(file.key).toMatch(/^[0-9a-z]{40}$/);
    const days = (file.expiresAt.getTime() - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(30, 2);
    const record = await records.findOneByOrFail({ id: file.id });
    expect(Buffer.concat(await (await files.open(record)).toArray()).equals(bytes)).toBe(true);
  });

  it('stores a local file, and leaves it where it is', async () => {
    const path = join(bench.config.DATA_DIR, 'made.csv');
    await writeFile(path, 'a,b\n1,2\n');
    const file = await files.store(
      actor,
      { path },
      { fileName: 'made.csv', contentType: 'text/csv', requestId: 'r0' },
    );
    expect(file).toMatchObject({ size: 8, contentType: 'text/csv' });
    expect(await readFile(path, 'utf8')).toBe('a,b\n1,2\n');
  });

  it('takes exactly the cap, and refuses one byte more with the way out', async () => {
    expect((await store(patternBytes(1024 * 1024))).size).toBe(1024 * 1024);
    const error = await rejection(store(patternBytes(1024 * 1024 + 1)));
    expect(error).toMatchObject({
      code: 'file_too_large',
      message: 'The file exceeds the 1 MiB upload cap.',
      details: { nextStep: expect.stringContaining('initiate-multipart') },
    });
  });

  it('leaves neither row nor byte of what fails', async () => {
    const before = [await bench.storedPaths(), await records.count()];
    expect((await rejection(store(Buffer.alloc(0)))).code).toBe('invalid_file');
    expect((await rejection(store(Readable.from([])))).code).toBe('invalid_file');
    await rejection(store(patternBytes(2 * 1024 * 1024)));
    const broken = Readable.from(
      (async function* () {
        yield patternBytes(500_000);
        throw new AppError('unreachable_url', 'gone');
      })(),
    );
    expect((await rejection(store(broken))).message).toBe('gone');
    await rejection(
      files.store(
        { ...actor, userId: '00000000-0000-0000-0000-000000000000' },
        Readable.from([Buffer.from('x')]),
        {},
      ),
    );
    await rejection(files.store(actor, { path: '/nonexistent' }, {}));
    expect([await bench.storedPaths(), await records.count()]).toEqual(before);
  });

  it('lets the first of two writers of one key win, whole', async () => {
    const key = 'k'.repeat(40);
    const results = await Promise.allSettled(
      ['first', 'second', 'third'].map((text) =>
        files.storeAs(key, actor.userId, Readable.from([Buffer.from(text)]), {}),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(results.filter((r) => r.status === 'rejected').map((r) => (r.reason as AppError).code)).toEqual([
      'conflict',
      'conflict',
    ]);
    const record = await records.findOneByOrFail({ key });
    const text = Buffer.concat(await (await files.open(record)).toArray()).toString();
    expect(createHash('sha256').update(text).digest('hex')).toBe(record.sha256);
  });

  it('lists and deletes by request', async () => {
    await store(Buffer.from('one'), { requestId: 'r1' });
    await store(Buffer.from('two'), { requestId: 'r1' });
    await store(Buffer.from('other'), { requestId: 'r2' });
    expect((await files.listByRequest('r1')).map(({ size }) => size)).toEqual([3, 3]);
    expect([...(await files.listByRequests(['r1', 'r2', 'r3'])).keys()].sort()).toEqual(['r1', 'r2']);
    expect((await files.listByRequests([])).size).toBe(0);
    const before = await bench.storedPaths();
    await files.deleteByRequest('r1');
    expect(await files.listByRequest('r1')).toEqual([]);
    expect(await files.listByRequest('r2')).toHaveLength(1);
    expect(await bench.storedPaths()).toHaveLength(before.length - 2);
  });

  it('does not find what has expired, and sweeps it, with the leavings of dead writers', async () => {
    const kept = await store(Buffer.from('kept'));
    const old = await store(Buffer.from('old'));
    await records.update({ id: old.id }, { expiresAt: new Date(Date.now() - 1) });
    expect(await files.findByKey(old.key)).toBeNull();
    const record = await records.findOneByOrFail({ id: old.id });
    const temporary = join(bench.config.DATA_DIR, 'files', 'tmp');
    await mkdir(temporary, { recursive: true });
    const host = Buffer.from((await import('node:os')).hostname())
      .toString('hex')
      .slice(0, 32);
    // No process has this id: it is over the largest that Linux gives.
    await writeFile(join(temporary, `${host}.4194305.aaaa.bbbb`), 'half');
    await writeFile(
      join(temporary, `${host}.${process.pid}.aaaa.bbbb`),
      'half, of an earlier process with our id',
    );
    await writeFile(join(temporary, 'other-host.1.aaaa.bbbb'), 'being written on another machine');

    const worker = await bench.startWorker();
    await worker.get(FileSweeper).sweep();
    expect(await records.findOneBy({ id: old.id })).toBeNull();
    expect(await bench.app.get<StorageAdapter>(STORAGE).stat(record.storageKey)).toBeNull();
    expect(await files.findByKey(kept.key)).not.toBeNull();
    expect((await bench.storedPaths()).filter((path) => path.startsWith(temporary))).toEqual([
      join(temporary, 'other-host.1.aaaa.bbbb'),
    ]);
    await rm(join(temporary, 'other-host.1.aaaa.bbbb'));
  });

  describe('a writer that dies', () => {
    const pending = () => bench.app.get<Repository<PendingFile>>(getRepositoryToken(PendingFile));

    it('before its file is recorded leaves bytes that a sweep removes, when no writer can be left', async () => {
      const storage = bench.app.get<StorageAdapter>(STORAGE);
      const storageKey = newStorageKey();
      await pending().insert({ storageKey });
      await storage.put(storageKey, Readable.from([Buffer.from('half a life')]));
      await files.deleteAbandoned(10);
      expect(await storage.stat(storageKey)).toEqual({ size: 11 });
      await pending().update({ storageKey }, { createdAt: new Date(Date.now() - 25 * 3_600_000) });
      await files.deleteAbandoned(10);
      expect(await storage.stat(storageKey)).toBeNull();
      expect(await pending().countBy({ storageKey })).toBe(0);
    });

    it('is soon known by the silence of its process, and joined parts wait longer for their client', async () => {
      const [dead, joined] = [newStorageKey(), newStorageKey()];
      const upload = {
        fileName: 'a',
        contentType: 'a/b',
        multipart: true,
        expiresAt: new Date(Date.now() + 1_000),
      };
      const uploads = bench.app.get<Repository<Upload>>(getRepositoryToken(Upload));
      await uploads.insert({ ...upload, key: joined, userId: actor.userId });
      const storage = bench.app.get<StorageAdapter>(STORAGE);
      for (const storageKey of [dead, joined]) {
        await storage.put(storageKey, Readable.from([Buffer.from('a whole one')]));
        await pending().insert({ storageKey, aliveAt: new Date(Date.now() - 59 * 60_000) });
      }
      await files.deleteAbandoned(10);
      expect(await storage.stat(dead)).toEqual({ size: 11 });
      await pending().update(
        { storageKey: In([dead, joined]) },
        { aliveAt: new Date(Date.now() - 61 * 60_000) },
      );
      await files.deleteAbandoned(10);
      expect([await storage.stat(dead), await storage.stat(joined)]).toEqual([null, { size: 11 }]);
      await storage.delete(joined);
      await pending().delete({ storageKey: joined });
    });

    it('is the only one that leaves anything', async () => {
      await store(Buffer.from('whole'));
      await rejection(store(Readable.from(brokenSource())));
      expect(await pending().count()).toBe(0);
    });
  });
});

async function* brokenSource(): AsyncGenerator<Buffer> {
  yield patternBytes(100_000);
  throw new Error('the source broke');
}
