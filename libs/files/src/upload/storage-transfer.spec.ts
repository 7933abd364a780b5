import { getRepositoryToken } from '@nestjs/typeorm';
import { In, type Repository } from 'typeorm';
import { type FilesBench, patternBytes, startFilesBench } from '../files.spec-support.js';
import { FilesService } from '../records/files.service.js';
import { type S3Server, startS3Server } from '../../../../test/support/s3-server.js';
import { STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import { UploadClient } from './upload-client.spec-support.js';
import { Upload } from './upload.entity.js';
import { UploadsService } from './uploads.service.js';

const MIB = 1024 * 1024;

describe('direct uploads that go past this server', () => {
  let s3: S3Server;
  let bench: FilesBench;
  let moved: FilesBench | undefined;
  let client: UploadClient;
  let key: string;

  beforeAll(async () => {
    s3 = await startS3Server();
    bench = await startFilesBench({ ...s3.env, S3_PUBLIC_ENDPOINT: 'https://files.example.com' });
    ({ key } = await bench.newActor());
    client = new UploadClient(bench, key);
  }, 60_000);
  afterAll(async () => {
    await moved?.stop();
    await bench.stop();
    await s3.stop();
  });
  afterEach(() => (s3.failure = null));

  /** The URL that was signed, at the address where the service really is. */
  const local = (url: string) => url.replace('https://files.example.com', s3.env.S3_ENDPOINT!);

  it('have type, length, key and expiry in the signature, and lead to the public address', async () => {
    const { upload_url, file_url } = await client.initiate('image/png', 100);
    const url = new URL(upload_url);
    const name = file_url.split('/').at(-1);
    expect(url.origin + url.pathname).toBe(
      `https://files.example.com/modelrunner-test/files/incoming/${name}`,
    );
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Expires': '3600',
      'X-Amz-SignedHeaders': 'content-length;content-type;host',
      'X-Amz-Signature': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect([...url.searchParams.keys()].join()).not.toMatch(/checksum/i);
    const other = new URL((await client.initiate('image/png')).upload_url);
    expect(other.searchParams.get('X-Amz-SignedHeaders')).toBe('content-type;host');
  });

  it('sign another URL for each type, length and key', async () => {
    const direct = bench.app.get<StorageAdapter>(STORAGE).direct!;
    const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
    jest.useFakeTimers({ now: Date.now(), doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] });
    const urls = await Promise.all([
      direct.signPut(a, { contentType: 'image/png', size: 1 }, 60),
      direct.signPut(a, { contentType: 'image/png', size: 2 }, 60),
      direct.signPut(a, { contentType: 'image/gif', size: 1 }, 60),
      direct.signPut(b, { contentType: 'image/png', size: 1 }, 60),
      direct.signPut(a, { contentType: 'image/png', size: 1 }, 61),
      direct.signPart(a, 'upload', 1, 60),
      direct.signPart(a, 'upload', 2, 60),
      direct.signPart(a, 'other', 1, 60),
    ]);
    const again = await direct.signPut(a, { contentType: 'image/png', size: 1 }, 60);
    jest.useRealTimers();
    expect(again).toBe(urls[0]);
    const signatures = urls.map((url) => new URL(url).searchParams.get('X-Amz-Signature'));
    expect(new Set(signatures).size).toBe(urls.length);
  });

  it('send no byte through this server, and have each read once', async () => {
    const upload = await client.start();
    const bytes = patternBytes(5 * MIB + 100);
    const parts = [];
    for (const [index, piece] of [bytes.subarray(0, 5 * MIB), bytes.subarray(5 * MIB)].entries()) {
      const url = (await client.partUrl(upload, index + 1)).body.presignedUrl;
      expect(new URL(url).origin).toBe('https://files.example.com');
      const { etag } = await client.put(local(url), piece);
      parts.push({ partNumber: index + 1, etag: etag! });
    }
    s3.takeCalls();
    expect((await client.finish(upload, parts)).status).toBe(200);
    const methods = s3.takeCalls().map((call) => call.split(' ')[0]);
    expect(methods).toEqual(['GET', 'POST', 'GET', 'DELETE']);
    const { size } = (await bench.app.get(FilesService).findByKey(upload.uploadKey))!;
    expect(size).toBe(bytes.length);
  });

  it('can be completed again when the storage went away in the middle of it', async () => {
    const upload = await client.start();
    const url = (await client.partUrl(upload, 1)).body.presignedUrl;
    const { etag } = await client.put(local(url), 'the only part');
    const parts = [{ partNumber: 1, etag: etag! }];
    let reads = 0;
    // The parts are listed and joined; reading the object fails.
    s3.failure = (call) => (call.startsWith('GET') && (reads += 1) > 1 ? 'AccessDenied' : undefined);
    expect((await client.finish(upload, parts)).status).toBe(503);
    s3.failure = null;
    expect((await client.finish(upload, parts)).status).toBe(200);
    expect(await (await fetch(upload.fileUrl)).text()).toBe('the only part');
  });

  it('are refused and forgotten when they are not of the size that was announced', async () => {
    const { upload_url, file_url } = await client.initiate('text/plain', 5);
    // This service signs nothing, so it takes any length.
    await client.put(local(upload_url), 'too long', 'text/plain');
    const answer = await fetch(file_url);
    expect([answer.status, await answer.text()]).toEqual([
      422,
      expect.stringContaining('has 8 bytes, 5 were announced'),
    ]);
    expect((await fetch(file_url)).status).toBe(404);
  });

  it('say why the storage joins no parts, and are joined although the answer to the joining was lost', async () => {
    const upload = await client.start();
    const url = (await client.partUrl(upload, 1)).body.presignedUrl;
    const parts = [{ partNumber: 1, etag: (await client.put(local(url), 'joined')).etag! }];
    s3.failure = (call) => (call.startsWith('POST') ? 'InvalidPart' : undefined);
    expect((await client.finish(upload, parts)).status).toBe(409);
    s3.failure = (call) => (call.startsWith('POST') ? 'EntityTooSmall' : undefined);
    expect((await client.finish(upload, parts)).status).toBe(400);
    s3.failure = (call) => (call.startsWith('POST') ? 'NoSuchUpload' : undefined);
    expect((await client.finish(upload, parts)).status).toBe(404);
    s3.failure = null;
    const direct = bench.app.get<StorageAdapter>(STORAGE).direct!;
    const { multipartId } = await bench.app
      .get<Repository<Upload>>(getRepositoryToken(Upload))
      .findOneByOrFail({ id: upload.uploadId });
    const stored = await direct.listParts(upload.uploadKey, multipartId!);
    await direct.joinParts(upload.uploadKey, multipartId!, stored);
    await direct.joinParts(upload.uploadKey, multipartId!, stored);
    expect((await client.finish(upload, parts)).status).toBe(200);
    expect(await (await fetch(upload.fileUrl)).text()).toBe('joined');
  });

  it('end when the server keeps its files elsewhere meanwhile', async () => {
    const [aborted, expired] = [await client.start(), await client.start()];
    const { file_url } = await client.initiate('text/plain');
    const uploads = bench.app.get<Repository<Upload>>(getRepositoryToken(Upload));
    moved = await startFilesBench({ STORAGE: 'disk', DATABASE_URL: bench.config.DATABASE_URL! });
    const later = new UploadClient(moved, key);
    expect((await later.partUrl(aborted, 1)).status).toBe(404);
    expect((await later.finish(aborted, [{ partNumber: 1, etag: 'x' }])).status).toBe(404);
    expect((await later.abort(aborted)).status).toBe(204);
    const single = { key: file_url.split('/').at(-1) };
    for (const which of [{ id: expired.uploadId }, single])
      await uploads.update(which, { expiresAt: new Date(Date.now() - 1) });
    await moved.app.get(UploadsService).deleteExpired();
    const ids = [aborted.uploadId, expired.uploadId];
    expect(await uploads.countBy([{ id: In(ids) }, single])).toBe(0);
  });
});
