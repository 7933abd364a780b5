import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRepositoryToken } from '@nestjs/typeorm';
import { DataSource, type Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import type { AppError } from '#libs/errors';
import { type FilesBench, patternBytes, rejection, startFilesBench } from '../files.spec-support.js';
import { FilesService } from '../records/files.service.js';
import { PendingFile } from '../records/pending-file.entity.js';
import { StorageUsage } from './storage-usage.entity.js';

const MEBIBYTE = 1024 * 1024;

describe('the limits of one user', () => {
  let bench: FilesBench;
  let files: FilesService;
  let pending: Repository<PendingFile>;

  beforeAll(async () => {
    bench = await startFilesBench({
      MAX_STORED_BYTES_PER_USER: String(8 * MEBIBYTE),
      MAX_FILES_PER_USER: '10',
      MAX_UPLOADS_PER_USER: '6',
    });
    files = bench.app.get(FilesService);
    pending = bench.app.get(getRepositoryToken(PendingFile));
  }, 60_000);
  afterAll(() => bench.stop());

  const store = (actor: Actor, bytes: number | Readable, meta = {}) =>
    files.store(actor, typeof bytes === 'number' ? Readable.from([patternBytes(bytes)]) : bytes, meta);
  const usage = async ({ userId }: Actor) => {
    const repository = bench.app.get<Repository<StorageUsage>>(getRepositoryToken(StorageUsage));
    const { files: count, bytes } = await repository.findOneByOrFail({ userId });
    return { count, bytes };
  };
  /** An upload in the middle of its bytes. */
  const begun = async (actor: Actor, meta = {}) => {
    const source = new PassThrough();
    const before = await bench.storedPaths();
    const storing = store(actor, source, meta);
    storing.catch(() => undefined);
    source.write(patternBytes(10_000));
    while ((await bench.storedPaths()).length === before.length) await sleep(5);
    return { storing, end: (rest = Buffer.alloc(0)) => (source.end(rest), storing) };
  };

  it('are met to the byte; deleting makes room', async () => {
    const { actor } = await bench.newActor();
    const first = await store(actor, 7 * MEBIBYTE);
    await store(actor, MEBIBYTE);
    expect(await usage(actor)).toEqual({ count: 2, bytes: 8 * MEBIBYTE });
    const error = await rejection(store(actor, 4));
    expect(error).toMatchObject({
      code: 'storage_quota_exceeded',
      message: 'Your files take 8 MiB of the 8 MiB that you may store: this file does not fit.',
      details: { nextStep: expect.stringContaining(`${bench.origin}/account/files`) },
    });
    await files.deleteById(first.id);
    await store(actor, 7 * MEBIBYTE);
    expect(await usage(actor)).toEqual({ count: 2, bytes: 8 * MEBIBYTE });
  });

  it('stop a stream of unknown length where the room ends, and keep nothing of it', async () => {
    const { actor } = await bench.newActor();
    await store(actor, 7 * MEBIBYTE);
    const before = await bench.storedPaths();
    let read = 0;
    const endless = Readable.from(
      (async function* () {
        for (; read < 64; read += 1) yield patternBytes(MEBIBYTE);
      })(),
      { highWaterMark: 1 },
    );
    expect((await rejection(store(actor, endless))).code).toBe('storage_quota_exceeded');
    expect(read).toBeLessThan(8);
    expect(await bench.storedPaths()).toEqual(before);
  });

  it('are not overrun by files that arrive at once without saying how large they are', async () => {
    const { actor } = await bench.newActor();
    // Each alone fits into the room that was there when it began.
    const uploads = [await begun(actor), await begun(actor), await begun(actor), await begun(actor)];
    const before = (await bench.storedPaths()).length;
    const results = await Promise.allSettled(uploads.map(({ end }) => end(patternBytes(3 * MEBIBYTE))));
    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed.map(({ reason }) => (reason as AppError).code)).toEqual(
      Array(2).fill('storage_quota_exceeded'),
    );
    expect(await usage(actor)).toEqual({ count: 2, bytes: 6 * MEBIBYTE + 20_000 });
    expect((await bench.storedPaths()).length).toBe(before + 2 - 4);
    expect(await pending.countBy({ userId: actor.userId })).toBe(0);
  });

  it('keep room for what was announced, and refuse the next before a byte of it is read', async () => {
    const { actor } = await bench.newActor();
    const first = await begun(actor, { announcedBytes: 5 * MEBIBYTE });
    const unread = new Readable({ read: () => expect('nothing').toBe('read') });
    const error = await rejection(store(actor, unread, { announcedBytes: 4 * MEBIBYTE }));
    expect(error.message).toBe(
      'Your files take 0 bytes of the 8 MiB that you may store, and 5 MiB more are on their way: ' +
        'this file of 4 MiB does not fit.',
    );
    await store(actor, 3 * MEBIBYTE, { announcedBytes: 3 * MEBIBYTE });
    await first.end();
    await store(actor, 3 * MEBIBYTE, { announcedBytes: 3 * MEBIBYTE });
  });

  it('bound the uploads at once of one user, not of others, and not what models make', async () => {
    const [{ actor }, { actor: other }] = [await bench.newActor(), await bench.newActor()];
    const six = [];
    for (let n = 0; n < 6; n += 1) six.push(await begun(actor));
    expect(await rejection(store(actor, 4))).toMatchObject({
      code: 'too_many_uploads',
      message: '6 of your uploads arrive at this moment, the most at once.',
      details: { retryAfterSeconds: 5 },
    });
    await store(other, 4);
    await store(actor, 4, { requestId: 'r' });
    await six.pop()!.end();
    await store(actor, 4);
    six.push(await begun(actor));
    // A process that died gives no more signs of life.
    await pending.update({ userId: actor.userId }, { aliveAt: new Date(Date.now() - 61_000) });
    await store(actor, 4);
    await Promise.all(six.map(({ end }) => end()));
  });

  it('decide about one after the other, so that of many at the same instant none is missed', async () => {
    const { actor } = await bench.newActor();
    await store(actor, 4);
    const streams = Array.from({ length: 9 }, () => new PassThrough());
    const settled = await bench.app.get(DataSource).transaction(async (manager) => {
      await manager.query('SELECT 1 FROM storage_usage WHERE user_id = $1 FOR UPDATE', [actor.userId]);
      const storing = Promise.allSettled(streams.map((stream) => store(actor, stream)));
      await sleep(150);
      expect(await manager.countBy(PendingFile, { userId: actor.userId })).toBe(0);
      return { storing };
    });
    streams.forEach((stream) => stream.write(patternBytes(5_000)));
    while ((await pending.countBy({ userId: actor.userId })) < 6) await sleep(5);
    await sleep(100);
    streams.forEach((stream) => stream.end());
    const failed = (await settled.storing).filter((result) => result.status === 'rejected');
    expect(failed.map(({ reason }) => (reason as AppError).code)).toEqual(Array(3).fill('too_many_uploads'));
  });

  it('bound the number of files', async () => {
    const { actor } = await bench.newActor();
    for (let n = 0; n < 10; n += 1) await store(actor, 4, { requestId: 'r' });
    expect((await rejection(store(actor, 4))).message).toBe('You have the 10 files that you may store.');
    await files.deleteByRequest('r');
    await store(actor, 4);
    expect(await usage(actor)).toEqual({ count: 1, bytes: 4 });
  });

  describe('with direct uploads', () => {
    const call = async (key: string, path: string, body: object) => {
      const headers = { authorization: `Key ${key}`, 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await fetch(`${bench.origin}/storage/upload/${path}`, init);
      return { status: response.status, body: (await response.json()) as Record<string, string> };
    };
    const multipart = async (key: string) =>
      (await call(key, 'initiate-multipart', { file_name: 'a.bin', content_type: 'application/x-dump' }))
        .body;
    const sendPart = async (key: string, upload: Record<string, string>, number: number, bytes: number) => {
      const query = new URLSearchParams({
        uploadId: upload.uploadId ?? '',
        uploadKey: upload.uploadKey ?? '',
        partNumber: String(number),
      });
      const headers = { authorization: `Key ${key}` };
      const response = await fetch(`${bench.origin}/storage/upload/multipart-url?${query.toString()}`, {
        headers,
      });
      const { presignedUrl } = (await response.json()) as { presignedUrl: string };
      return fetch(presignedUrl, { method: 'PUT', body: patternBytes(bytes) });
    };

    it('count the parts of files that are not complete, and each byte once', async () => {
      const { actor, key } = await bench.newActor();
      const [first, second] = [await multipart(key), await multipart(key)];
      const parts = [await sendPart(key, first, 1, 5 * MEBIBYTE), await sendPart(key, first, 2, 1000)];
      const refused = await sendPart(key, second, 1, 5 * MEBIBYTE);
      expect([refused.status, await refused.json()]).toMatchObject([
        403,
        { details: { code: 'storage_quota_exceeded' } },
      ]);
      expect((await rejection(store(actor, 4 * MEBIBYTE))).code).toBe('storage_quota_exceeded');
      const claimed = parts.map(({ headers }, index) => ({
        partNumber: index + 1,
        etag: headers.get('etag'),
      }));
      const completed = await call(key, 'complete', {
        uploadId: first.uploadId,
        uploadKey: first.uploadKey,
        parts: claimed,
      });
      expect(completed.status).toBe(200);
      expect(await usage(actor)).toEqual({ count: 1, bytes: 5 * MEBIBYTE + 1000 });
    });

    it('refuse a PUT by its announced size with the way out', async () => {
      const { actor, key } = await bench.newActor();
      await store(actor, 6 * MEBIBYTE);
      const facts = { file_name: 'a.bin', content_type: 'application/x-dump', size: 3 * MEBIBYTE };
      const { body } = await call(key, 'initiate', facts);
      const response = await fetch(body.upload_url!, {
        method: 'PUT',
        headers: { 'content-type': 'application/x-dump' },
        body: patternBytes(3 * MEBIBYTE),
      });
      expect([response.status, await response.json()]).toMatchObject([
        403,
        {
          error: expect.stringContaining('Your files take 6 MiB of the 8 MiB'),
          details: { nextStep: expect.any(String) },
        },
      ]);
    });
  });

  it('are counted as the files are', async () => {
    const counted = await bench.app
      .get(DataSource)
      .query<object[]>(`SELECT user_id, files, bytes FROM storage_usage WHERE files > 0 ORDER BY user_id`);
    const there = await bench.app
      .get(DataSource)
      .query<object[]>(
        `SELECT user_id, count(*) AS files, sum(size) AS bytes FROM files GROUP BY user_id ORDER BY user_id`,
      );
    expect(counted.length).toBeGreaterThan(5);
    expect(counted).toEqual(there);
  });
});
