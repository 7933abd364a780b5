import { Readable } from 'node:stream';
import { getRepositoryToken } from '@nestjs/typeorm';
import { DataSource, type Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { type S3Server, startS3Server } from '../../../../test/support/s3-server.js';
import { StorageCheckService } from '../check/storage-check.service.js';
import { type FilesBench, patternBytes, startFilesBench } from '../files.spec-support.js';
import { FilesService } from '../records/files.service.js';
import { PendingFile } from '../records/pending-file.entity.js';
import { newStorageKey } from '../storage/storage-key.js';
import { STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import { UploadClient } from '../upload/upload-client.spec-support.js';
import { Upload } from '../upload/upload.entity.js';
import { UploadedFiles } from '../upload/uploaded-files.service.js';
import { UploadsService } from '../upload/uploads.service.js';
import { StorageUsage } from './storage-usage.entity.js';

const MIB = 1024 * 1024;
const TYPE = 'application/x-dump';
const DAY_MS = 86_400_000;

describe('bytes of a user that go past the server', () => {
  let s3: S3Server;
  let bench: FilesBench;

  beforeAll(async () => {
    s3 = await startS3Server();
    bench = await startFilesBench({
      ...s3.env,
      MAX_STORED_BYTES_PER_USER: String(8 * MIB),
      MAX_UPLOADS_PER_USER: '1',
    });
  }, 60_000);
  afterAll(async () => {
    await bench.stop();
    await s3.stop();
  });
  afterEach(() => (s3.failure = null));

  const rows = <T extends object>(entity: new () => T) =>
    bench.app.get<Repository<T>>(getRepositoryToken(entity));
  const newUser = async () => {
    const { actor, key } = await bench.newActor();
    return { actor, key, client: new UploadClient(bench, key) };
  };
  const fill = async (actor: Actor, bytes: number) =>
    (await bench.app.get(FilesService).store(actor, Readable.from([patternBytes(bytes)]), {})).id;
  const drop = (id: string) => bench.app.get(FilesService).deleteById(id);
  const codeAt = async (url: string) => {
    const response = await fetch(url);
    const body = response.ok ? null : ((await response.json()) as { details: { code?: string } });
    return [response.status, body?.details.code];
  };
  const putWhole = async (client: UploadClient, bytes: number) => {
    const { upload_url, file_url } = await client.initiate(TYPE, bytes);
    expect((await client.put(upload_url, patternBytes(bytes), TYPE)).status).toBe(200);
    return file_url;
  };
  const NOT_YET = [409, 'conflict'];

  it('are refused when they are announced and cannot fit', async () => {
    const { actor, client } = await newUser();
    await fill(actor, 6 * MIB);
    const refused = { status: 403, body: { details: { code: 'storage_quota_exceeded' } } };
    for (const path of ['initiate', 'initiate-multipart']) {
      const file = { file_name: 'a', content_type: TYPE };
      expect(await client.call('POST', path, { ...file, size: 3 * MIB })).toMatchObject(refused);
      expect((await client.call('POST', path, { ...file, size: MIB })).status).toBe(200);
    }
  });

  it('are refused, too, when they do not fit beside what was announced before, at once or in turn', async () => {
    const { actor, client } = await newUser();
    const announce = (size?: number, path = 'initiate') =>
      client.call('POST', path, { file_name: 'a', content_type: TYPE, size });
    const statuses = (await Promise.all(Array.from({ length: 6 }, () => announce(2 * MIB)))).map(
      ({ status }) => status,
    );
    expect(statuses.sort()).toEqual([200, 200, 200, 200, 403, 403]);
    await rows(Upload).update({ userId: actor.userId }, { expiresAt: new Date() });
    const upload = (await announce(undefined, 'initiate-multipart')).body;
    expect((await announce(1)).status).toBe(403);
    expect((await client.abort(upload)).status).toBe(204);
    s3.failure = (call) => (call.startsWith('POST') ? 'AccessDenied' : undefined);
    expect((await announce(8 * MIB, 'initiate-multipart')).status).toBe(503);
    s3.failure = null;
    expect((await announce(8 * MIB)).status).toBe(200);
  });

  it('are held to the limits when the file is first asked for; it waits for room until its time is over', async () => {
    const { actor, client } = await newUser();
    const [kept, lost] = [await putWhole(client, 3 * MIB), await putWhole(client, 3 * MIB + 4)];
    const other = await fill(actor, 6 * MIB);
    const before = (await s3.storedPaths()).sort();
    const refused = await fetch(kept);
    expect(refused.headers.get('retry-after')).toBe('60');
    // Whoever has the URL may be a stranger.
    expect(await refused.text()).not.toMatch(/MiB|Your/);
    expect(await codeAt(kept)).toEqual(NOT_YET);
    expect((await s3.storedPaths()).sort()).toEqual(before);
    await drop(other);
    // A look at it is no upload of its owner, who is at one.
    const arriving = { storageKey: newStorageKey(), userId: actor.userId, isUpload: true };
    await rows(PendingFile).insert(arriving);
    expect(await codeAt(kept)).toEqual([200, undefined]);
    await rows(PendingFile).delete({ storageKey: arriving.storageKey });
    await fill(actor, 4 * MIB);
    await rows(Upload).update({ userId: actor.userId }, { expiresAt: new Date(Date.now() - 1) });
    await bench.app.get(UploadsService).deleteExpired();
    expect(await codeAt(lost)).toEqual([404, 'not_found']);
    expect((await s3.storedPaths()).filter((path) => path.includes('incoming'))).toEqual([]);
    expect(await rows(StorageUsage).findOneBy({ userId: actor.userId })).toMatchObject({
      files: 2,
      bytes: 7 * MIB,
    });
  });

  it('are held to the limits when parts are joined, which can be tried again', async () => {
    const { actor, client } = await newUser();
    const upload = await client.start();
    const parts = [
      await client.putPart(upload, 1, patternBytes(5 * MIB)),
      await client.putPart(upload, 2, patternBytes(1000)),
    ];
    const other = await fill(actor, 4 * MIB);
    const refusal = { status: 403, body: { details: { code: 'storage_quota_exceeded' } } };
    expect(await client.finish(upload, parts)).toMatchObject(refusal);
    await drop(other);
    // The first try ends after the parts were joined. It is not an upload beside the second.
    let reads = 0;
    s3.failure = (call) => (call.startsWith('GET') && (reads += 1) > 1 ? 'AccessDenied' : undefined);
    expect((await client.finish(upload, parts)).status).toBe(503);
    s3.failure = null;
    const late = await fill(actor, 4 * MIB).catch((error: { code: string }) => error.code);
    expect(late).toBe('too_many_uploads');
    expect((await client.finish(upload, parts)).status).toBe(200);
    expect(await rows(StorageUsage).findOneBy({ userId: actor.userId })).toMatchObject({
      files: 1,
      bytes: 5 * MIB + 1000,
    });
    expect(await rows(PendingFile).countBy({ userId: actor.userId })).toBe(0);
  });

  it('leave no copy when they cannot be taken', async () => {
    const { client } = await newUser();
    const url = await putWhole(client, 3 * MIB);
    const before = (await s3.storedPaths()).sort();
    s3.failure = (call) => (call.startsWith('GET') ? 'AccessDenied' : undefined);
    expect((await codeAt(url))[0]).toBe(503);
    s3.failure = null;
    expect((await s3.storedPaths()).sort()).toEqual(before);
    expect(await codeAt(url)).toEqual([200, undefined]);
  });

  it('are not gone, and their owner can delete them, before anybody has seen them', async () => {
    const { actor, key, client } = await newUser();
    const stranger = await newUser();
    const { file_url: never } = await client.initiate(TYPE, MIB);
    const url = await putWhole(client, 6 * MIB);
    // They need no room for that.
    await fill(actor, 4 * MIB);
    const gone = await bench.app.get(UploadedFiles).goneUrls([url, never, 'https://example.com/']);
    expect([...gone]).toEqual([never]);
    const path = `${bench.origin}/storage/files/${url.split('/').at(-1)}`;
    const deleteAs = async (by: string) =>
      (await fetch(path, { method: 'DELETE', headers: { authorization: `Key ${by}` } })).status;
    expect(await deleteAs(stranger.key)).toBe(404);
    s3.takeCalls();
    expect(await deleteAs(key)).toBe(204);
    expect(s3.takeCalls().map((call) => call.split(' ')[0])).toEqual(['HEAD', 'DELETE']);
    expect((await codeAt(url))[0]).toBe(404);
    const trail = await bench.app
      .get(DataSource)
      .query<object[]>(`SELECT actor_id, details FROM audit_records WHERE type = 'file.deleted'`);
    expect(trail).toMatchObject([{ actor_id: actor.userId, details: { fileName: 'a.bin' } }]);
    expect(await deleteAs(key)).toBe(404);
  });

  it('are left alone by the check of the storage while they wait or are being taken', async () => {
    const { client } = await newUser();
    const waiting = await putWhole(client, 1000);
    const [orphan, pending] = [newStorageKey(), newStorageKey()];
    const storage = bench.app.get<StorageAdapter>(STORAGE);
    for (const key of [orphan, pending]) await storage.put(key, Readable.from([patternBytes(4)]));
    await rows(PendingFile).insert({ storageKey: pending });
    await s3.age(2 * DAY_MS);
    const { outcome, report } = await bench.app.get(StorageCheckService).run({ repair: true });
    expect([outcome, report.missing, report.wrongSize, report.examples]).toEqual([
      'REPAIRED',
      0,
      0,
      [{ fault: 'orphan', storageKey: orphan, expected: null, found: 4 }],
    ]);
    expect(await storage.stat(pending)).toEqual({ size: 4 });
    expect(await codeAt(waiting)).toEqual([200, undefined]);
  });
});
