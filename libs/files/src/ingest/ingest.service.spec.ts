import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import { getQueueToken } from '@nestjs/bullmq';
import type { INestApplicationContext } from '@nestjs/common';
import { getRepositoryToken } from '@nestjs/typeorm';
import { type Queue, Worker } from 'bullmq';
import type { Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { type HostileServer, startHostileServer } from '../fetch/hostile-server.spec-support.js';
import { type FilesBench, patternBytes, rejection, startFilesBench } from '../files.spec-support.js';
import { FileRecord } from '../records/file.entity.js';
import type { IngestProgress } from './ingest-rules.js';
import { INGEST_QUEUE } from './ingest-rules.js';
import { Ingest } from './ingest.entity.js';
import { IngestService } from './ingest.service.js';
import { IngestsRepository } from './ingests.repository.js';

/** Jest's own `process` hears of no rejections. */
const realProcess = runInThisContext('process') as NodeJS.Process;
const MIB = 1024 * 1024;
const LARGE_SHA256 = createHash('sha256')
  .update(patternBytes(12 * MIB))
  .digest('hex');

describe('IngestService', () => {
  let bench: FilesBench;
  let server: HostileServer;
  let actor: Actor;
  let rows: Repository<Ingest>;

  beforeAll(async () => {
    [bench, server] = await Promise.all([
      startFilesBench({ MAX_FILE_BYTES: String(20 * MIB) }),
      startHostileServer(),
    ]);
    ({ actor } = await bench.newActor());
    rows = bench.app.get(getRepositoryToken(Ingest));
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await bench.stop();
  });

  const ingest = (
    path: string,
    meta = {},
    onProgress?: (p: IngestProgress) => void,
    signal = new AbortController().signal,
  ) => bench.app.get(IngestService).ingest(actor, server.origin + path, meta, { signal, onProgress });
  const lastRow = () => rows.findOneOrFail({ where: {}, order: { createdAt: 'DESC' } });

  describe('without any worker', () => {
    it('fetches what is small', async () => {
      const progress: IngestProgress[] = [];
      const file = await ingest('/cat.png', {}, (p) => progress.push(p));
      expect(file).toMatchObject({ contentType: 'image/png', fileName: 'cat.png' });
      expect((await fetch(file.url)).status).toBe(200);
      expect(progress).toEqual([{ receivedBytes: file.size, totalBytes: file.size }]);
      expect(await rows.count()).toBe(0);
    });

    it("takes the caller's name, and the bytes' word for the type", async () => {
      const file = await ingest('/lying-type', { fileName: 'dir/tom', contentType: 'application/pdf' });
      expect(file).toMatchObject({ contentType: 'image/png', fileName: 'tom.png' });
    });

    it.each([
      ['/nothing', 'unreachable_url'],
      ['/short', 'unreachable_url'],
      ['/loop', 'unreachable_url'],
      ['/to-file', 'blocked_url'],
      ['/empty', 'invalid_file'],
      ['/too-large', 'file_too_large'],
    ])('refuses %s at once: %s', async (path, code) => {
      const before = await bench.storedPaths();
      expect((await rejection(ingest(path))).code).toBe(code);
      expect(await bench.storedPaths()).toEqual(before);
      expect(await rows.count()).toBe(0);
    });

    it("copies this server's own file for another user, from the storage", async () => {
      const { url } = await ingest('/cat.png', { fileName: 'first.png' });
      const { actor: other } = await bench.newActor();
      const { signal } = new AbortController();
      const copy = await bench.app.get(IngestService).ingest(other, url, {}, { signal });
      expect(copy).toMatchObject({ contentType: 'image/png', fileName: 'first.png' });
      expect(copy.url).not.toBe(url);
    });

    it('ends, and takes the job back, when the caller goes away', async () => {
      const gone = new AbortController();
      const outcome = rejection(ingest('/large', {}, undefined, gone.signal));
      while ((await rows.count()) === 0) await sleep(20);
      gone.abort();
      expect((await outcome).code).toBe('cancelled');
      await sleep(200);
      expect((await lastRow()).status).toBe('CANCELLED');
    });

    it('ends in order when the caller goes away while the job is being queued', async () => {
      const gone = new AbortController();
      const ingests = bench.app.get(IngestsRepository);
      const create = ingests.create.bind(ingests);
      jest.spyOn(ingests, 'create').mockImplementationOnce(async (facts) => {
        const row = await create(facts);
        gone.abort();
        return row;
      });
      const unhandled: unknown[] = [];
      const note = (reason: unknown) => unhandled.push(reason);
      realProcess.on('unhandledRejection', note);
      expect((await rejection(ingest('/large', {}, undefined, gone.signal))).code).toBe('cancelled');
      await sleep(200);
      realProcess.off('unhandledRejection', note);
      expect(unhandled).toEqual([]);
      expect((await lastRow()).status).toBe('CANCELLED');
    });
  });

  describe('with a worker', () => {
    let worker: INestApplicationContext;
    beforeAll(async () => {
      worker = await bench.startWorker();
    }, 30_000);
    afterAll(() => worker.close());

    it('hands over what is announced as large', async () => {
      const file = await ingest('/large', { fileName: 'big.bin' });
      expect(file).toMatchObject({ size: 12 * MIB, sha256: LARGE_SHA256, fileName: 'big.bin' });
      expect(await lastRow()).toMatchObject({ status: 'DONE', receivedBytes: 12 * MIB, fileId: file.id });
    });

    it('hands over what turns out to be large', async () => {
      expect(await ingest('/large-chunked')).toMatchObject({ size: 12 * MIB, sha256: LARGE_SHA256 });
    });

    it('hands over what is slow', async () => {
      expect((await ingest('/slow-at-first')).contentType).toBe('image/png');
      expect(server.hits.get('/slow-at-first')).toBe(2);
    }, 30_000);

    it('tells how far it is', async () => {
      const gone = new AbortController();
      const progress: IngestProgress[] = [];
      const outcome = rejection(ingest('/trickle-large', {}, (p) => progress.push(p), gone.signal));
      while (progress.length < 2) await sleep(50);
      gone.abort();
      expect((await outcome).code).toBe('cancelled');
      expect(progress[1]!.totalBytes).toBe(16 * MIB);
      expect(progress[1]!.receivedBytes).toBeGreaterThan(progress[0]!.receivedBytes);
      // The worker notices within a beat that nobody waits any more, and lets go; a busy machine takes longer.
      const deadline = Date.now() + 15_000;
      while (server.connections.size > 0 && Date.now() < deadline) await sleep(100);
      expect(server.connections.size).toBe(0);
      expect((await lastRow()).status).toBe('CANCELLED');
      expect((await bench.storedPaths()).filter((path) => path.includes('/files/tmp/'))).toEqual([]);
    }, 40_000);

    it.each([
      ['/endless', 'file_too_large'],
      ['/bomb', 'file_too_large'],
    ])(
      'ends %s with %s, and keeps nothing',
      async (path, code) => {
        const before = await bench.storedPaths();
        const error = await rejection(ingest(path));
        expect(error).toMatchObject({ code, message: 'The file exceeds the 20 MiB upload cap.' });
        expect(error.details.nextStep).toContain('multipart');
        expect(await bench.storedPaths()).toEqual(before);
      },
      30_000,
    );
  });

  it('survives a worker that dies in the middle: another takes over, from the first byte', async () => {
    const hung = await takeJobAndDie();
    const outcome = ingest('/large');
    await hung.taken;
    const worker = await bench.startWorker();
    try {
      expect(await outcome).toMatchObject({ size: 12 * MIB, sha256: LARGE_SHA256 });
    } finally {
      await worker.close();
      await hung.close();
    }
  }, 60_000);

  it('says so when nobody ever answers', async () => {
    const outcome = rejection(ingest('/large'));
    await sleep(500);
    const row = await lastRow();
    await rows.update({ id: row.id }, { updatedAt: new Date(Date.now() - 10 * 60_000) });
    expect((await outcome).code).toBe('unavailable');
    expect((await rows.findOneByOrFail({ id: row.id })).status).toBe('FAILED');
    await bench.app.get<Queue>(getQueueToken(INGEST_QUEUE)).drain();
  }, 30_000);

  it('keeps no file that was finished after its caller had gone', async () => {
    const ingests = bench.app.get(IngestsRepository);
    const { id } = await ingests.create({
      userId: actor.userId,
      url: 'http://x/',
      fileName: null,
      contentType: null,
    });
    expect(await ingests.start(id)).toMatchObject({ id, status: 'RUNNING' });
    expect(await ingests.cancel(id)).toBe(true);
    const file = await bench.app.get(getRepositoryToken(FileRecord)).find({ take: 1 });
    expect(await ingests.finish(id, file[0].id, 1)).toBe(false);
    expect(await ingests.start(id)).toBeNull();
  });

  /** A worker that takes one job, never finishes it, and does not renew its lock: as after kill -9. */
  async function takeJobAndDie() {
    const queue = bench.app.get<Queue>(getQueueToken(INGEST_QUEUE));
    let tell: () => void;
    const taken = new Promise<void>((resolve) => (tell = resolve));
    const dead = new Worker(
      INGEST_QUEUE,
      async ({ data }) => {
        await bench.app.get(IngestsRepository).start(data.ingestId);
        tell();
        await new Promise(() => undefined);
      },
      { connection: queue.opts.connection, skipLockRenewal: true, skipStalledCheck: true, lockDuration: 500 },
    );
    dead.on('error', () => undefined);
    await dead.waitUntilReady();
    return { taken, close: () => dead.close(true) };
  }
});
