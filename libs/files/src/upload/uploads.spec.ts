import { createHash } from 'node:crypto';
import { getRepositoryToken } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { type FilesBench, patternBytes, startFilesBench } from '../files.spec-support.js';
import { FileRecord } from '../records/file.entity.js';
import { PendingFile } from '../records/pending-file.entity.js';
import { type S3Server, startS3Server } from '../../../../test/support/s3-server.js';
import { UploadClient } from './upload-client.spec-support.js';
import { UploadPart } from './upload-part.entity.js';
import { Upload } from './upload.entity.js';
import { UploadsService } from './uploads.service.js';

const MIB = 1024 * 1024;
jest.setTimeout(60_000);

const SIZES = [5 * MIB, 6 * MIB, 7];
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

describe.each(['disk', 'S3'])('direct uploads with the storage on %s', (kind) => {
  let s3: S3Server | undefined;
  let bench: FilesBench;
  let client: UploadClient;

  beforeAll(async () => {
    s3 = kind === 'S3' ? await startS3Server() : undefined;
    bench = await startFilesBench({ MAX_FILE_BYTES: String(12 * MIB), ...s3?.env });
    client = new UploadClient(bench, (await bench.newActor()).key);
  }, 60_000);
  afterAll(async () => {
    await bench.stop();
    await s3?.stop();
  });

  const storedPaths = async () => (await (s3 ?? bench).storedPaths()).sort();
  const rows = <T extends object>(entity: new () => T) =>
    bench.app.get<Repository<T>>(getRepositoryToken(entity));
  const get = async (url: string) => {
    const response = await fetch(url);
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, type: response.headers.get('content-type'), bytes };
  };
  const expire = (id: string) => rows(Upload).update({ id }, { expiresAt: new Date(Date.now() - 1) });
  const sweep = () => bench.app.get(UploadsService).deleteExpired();

  it('are for those with an API key', async () => {
    const stranger = new UploadClient(bench, 'mrk_nonsense');
    for (const path of ['initiate', 'initiate-multipart', 'complete', 'abort']) {
      expect((await stranger.call('POST', path, {})).status).toBe(401);
    }
    expect((await stranger.call('GET', 'multipart-url')).status).toBe(401);
  });

  it('name every field that is wrong', async () => {
    const { status, body } = await client.call('POST', 'initiate', { file_name: '', size: 0, extra: 1 });
    expect(status).toBe(400);
    const paths = body.details.validationErrors.map(({ path }) => path);
    expect(new Set(paths)).toEqual(new Set(['file_name', 'content_type', 'size', 'extra']));
    const initiate = async (content_type: string, size?: number) =>
      (await client.call('POST', 'initiate', { file_name: 'a', content_type, size })).status;
    expect(await initiate('not a type')).toBe(400);
    expect(await initiate('a/b', 12 * MIB + 1)).toBe(413);
  });

  describe('in one PUT', () => {
    it('store the bytes under the URL that was promised, with their hash', async () => {
      const bytes = patternBytes(10 * MIB);
      const { upload_url, file_url } = await client.initiate('application/x-pattern', bytes.length);
      expect((await get(file_url)).status).toBe(404);
      expect((await client.put(upload_url, bytes, 'application/x-pattern')).status).toBe(200);
      // Many may ask for it at once, before anybody has looked at it.
      const answers = await Promise.all(Array.from({ length: 3 }, () => get(file_url)));
      for (const { status, type, bytes: got } of answers) {
        expect([status, type, got.equals(bytes)]).toEqual([200, 'application/x-pattern', true]);
      }
      const file = await rows(FileRecord).findOneByOrFail({ key: file_url.split('/').at(-1) });
      expect(file).toMatchObject({
        size: bytes.length,
        fileName: 'a.bin',
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
      expect(await rows(PendingFile).count()).toBe(0);
    });

    it('believe the bytes and not what was declared', async () => {
      const page = await client.initiate('image/png');
      await client.put(page.upload_url, '<html><script>1</script>', 'image/png');
      expect((await get(page.file_url)).type).toBe('text/html; charset=utf-8');
      const picture = await client.initiate('text/html');
      await client.put(picture.upload_url, PNG, 'text/html');
      expect((await get(picture.file_url)).type).toBe('image/png');
    });

    it('refuse too much and nothing, and keep none of it', async () => {
      const before = await storedPaths();
      for (const [bytes, refusal] of [
        [patternBytes(12 * MIB + 4), 413],
        ['', 422],
      ] as const) {
        const { upload_url, file_url } = await client.initiate('image/png');
        const { status } = await client.put(upload_url, bytes, 'image/png');
        // The storage knows no limits of ours: it takes everything, and we refuse it when somebody asks for it.
        expect(s3 ? (await get(file_url)).status : status).toBe(refusal);
        expect((await get(file_url)).status).toBe(404);
      }
      expect(await storedPaths()).toEqual(before);
    });

    it('cannot be replayed once the file was seen', async () => {
      const { upload_url, file_url } = await client.initiate('text/plain');
      expect((await client.put(upload_url, 'one', 'text/plain')).status).toBe(200);
      expect((await get(file_url)).bytes.toString()).toBe('one');
      expect((await client.put(upload_url, 'two', 'text/plain')).status).toBe(s3 ? 200 : 409);
      expect((await get(file_url)).bytes.toString()).toBe('one');
      const key = file_url.split('/').at(-1)!;
      await rows(Upload).update({ key }, { expiresAt: new Date(Date.now() - 1) });
      await sweep();
      expect((await get(file_url)).bytes.toString()).toBe('one');
      // What the second PUT has left is gone, too.
      expect((await storedPaths()).filter((path) => path.includes('incoming'))).toEqual([]);
    });

    it('become a file even when nobody asked for it in time', async () => {
      const { upload_url, file_url } = await client.initiate('text/plain');
      await client.put(upload_url, 'in time', 'text/plain');
      const empty = await client.initiate('text/plain');
      await rows(Upload).update({ multipart: false }, { expiresAt: new Date(Date.now() - 7 * 3_600_000) });
      await sweep();
      expect(await rows(Upload).countBy({ multipart: false })).toBe(0);
      expect((await get(file_url)).bytes.toString()).toBe('in time');
      expect((await get(empty.file_url)).status).toBe(404);
    });
  });

  describe('in parts', () => {
    it('join parts that come in parallel and out of order; a part may be sent again', async () => {
      const upload = await client.start();
      const pieces = SIZES.map((size, index) =>
        patternBytes(size + 4)
          .subarray(0, size)
          .fill(index, 0, 3),
      );
      const before = await storedPaths();
      await client.putPart(upload, 2, Buffer.from('a first try that is replaced'));
      const parts = await Promise.all([3, 1, 2, 1].map((n) => client.putPart(upload, n, pieces[n - 1]!)));
      expect(await storedPaths()).toHaveLength(before.length + 3);
      parts.pop();
      parts.sort((a, b) => a.partNumber - b.partNumber);
      expect((await get(upload.fileUrl)).status).toBe(404);
      const done = await client.finish(upload, parts);
      const { fileUrl } = upload;
      const days = (Date.parse(done.body.expiresAt) - Date.now()) / 86_400_000;
      expect(done).toMatchObject({ status: 200, body: { fileUrl } });
      expect(days).toBeCloseTo(30, 2);
      expect((await get(fileUrl)).bytes.equals(Buffer.concat(pieces))).toBe(true);
      expect(await storedPaths()).toHaveLength(before.length + 1);
      expect(await rows(PendingFile).count()).toBe(0);
      expect(await client.finish(upload, parts)).toEqual(done);
      expect((await client.abort(upload)).status).toBe(409);
    });

    it('are completed once, however many ask at once, and all get the answer', async () => {
      const before = await storedPaths();
      const upload = await client.start(10 * MIB);
      const bytes = patternBytes(10 * MIB);
      const parts = [
        await client.putPart(upload, 1, bytes.subarray(0, 5 * MIB)),
        await client.putPart(upload, 2, bytes.subarray(5 * MIB)),
      ];
      const answers = await Promise.all(Array.from({ length: 4 }, () => client.finish(upload, parts)));
      const { fileUrl } = upload;
      expect(answers).toMatchObject(answers.map(() => ({ status: 200, body: { fileUrl } })));
      expect((await get(upload.fileUrl)).bytes.equals(bytes)).toBe(true);
      expect(await storedPaths()).toHaveLength(before.length + 1);
    });

    it('go on after a restart of the server', async () => {
      const upload = await client.start();
      const bytes = patternBytes(5 * MIB + 8);
      const { presignedUrl } = (await client.partUrl(upload, 2)).body;
      const first = await client.putPart(upload, 1, bytes.subarray(0, 5 * MIB));
      await bench.restart();
      const { status, etag } = await client.put(presignedUrl, bytes.subarray(5 * MIB));
      expect(status).toBe(200);
      const second = { partNumber: 2, etag: etag!.replaceAll('"', '') };
      expect((await client.finish(upload, [first, second])).status).toBe(200);
      expect((await get(upload.fileUrl)).bytes.equals(bytes)).toBe(true);
    });

    it('wait no longer than a minute for a server that died while it completed them', async () => {
      const upload = await client.start();
      const part = await client.putPart(upload, 1, Buffer.from('all of it'));
      const claimed = (seconds: number) =>
        rows(Upload).update(
          { id: upload.uploadId },
          { claimedUntil: () => `now() + interval '${seconds} seconds'` },
        );
      await claimed(60);
      expect((await client.abort(upload)).status).toBe(409);
      await claimed(1);
      expect((await client.finish(upload, [part])).status).toBe(200);
      expect((await get(upload.fileUrl)).bytes.toString()).toBe('all of it');
    });

    it('name what is missing, too small or not the same', async () => {
      const upload = await client.start(9);
      const small = await client.putPart(upload, 1, Buffer.from('small'));
      const last = await client.putPart(upload, 2, Buffer.from('last.'));
      const { status, body } = await client.finish(upload, [small, last, { partNumber: 3, etag: 'x' }]);
      expect(status).toBe(400);
      expect(body.details.validationErrors).toEqual([
        { path: 'parts.0', message: 'part 1 is smaller than 5 MiB' },
        { path: 'parts.1', message: 'part 2 is smaller than 5 MiB' },
        { path: 'parts.2', message: 'part 3 was not uploaded' },
      ]);
      expect((await client.finish(upload, [small, { ...last, etag: 'f'.repeat(32) }])).status).toBe(400);
      expect((await client.finish(upload, [last, small])).status).toBe(400);
      expect((await client.finish(upload, [])).status).toBe(400);
      const short = await client.start(9);
      const only = await client.putPart(short, 1, Buffer.from('short'));
      const answer = await client.finish(short, [only]);
      expect([answer.status, answer.body.details.validationErrors[0]?.message]).toEqual([
        400,
        'the parts have 5 bytes together, 9 were announced',
      ]);
      expect((await client.partUrl(upload, 10_001)).status).toBe(400);
      expect((await client.partUrl(upload, 'one')).status).toBe(400);
    });

    it('are for their owner only, by the right key', async () => {
      const upload = await client.start();
      const stranger = new UploadClient(bench, (await bench.newActor()).key);
      const part = [{ partNumber: 1, etag: 'x' }];
      expect((await stranger.partUrl(upload, 1)).status).toBe(404);
      expect((await stranger.finish(upload, part)).status).toBe(404);
      expect((await stranger.abort(upload)).status).toBe(404);
      expect((await client.partUrl(upload, 1)).status).toBe(200);
      expect((await client.finish({ ...upload, uploadKey: 'a'.repeat(40) }, part)).status).toBe(404);
      expect((await client.finish({ ...upload, uploadKey: 'a\0b' }, part)).status).toBe(400);
      expect((await client.partUrl({ ...upload, uploadKey: 'a%00' }, 1)).status).toBe(400);
    });

    it('are forgotten when they are aborted', async () => {
      const upload = await client.start();
      const before = await storedPaths();
      const { presignedUrl } = (await client.partUrl(upload, 2)).body;
      const part = await client.putPart(upload, 1, Buffer.from('part'));
      expect((await client.abort(upload)).status).toBe(204);
      expect((await client.put(presignedUrl, 'late')).status).toBe(s3 ? 404 : 409);
      expect(await storedPaths()).toEqual(before);
      expect((await client.finish(upload, [part])).status).toBe(404);
      expect((await client.abort(upload)).status).toBe(404);
    });

    it('are swept when they are abandoned', async () => {
      const upload = await client.start();
      const before = await storedPaths();
      await client.putPart(upload, 1, Buffer.from('part'));
      await expire(upload.uploadId);
      expect((await client.partUrl(upload, 2)).status).toBe(404);
      await sweep();
      expect(await storedPaths()).toEqual(before);
      expect(await rows(UploadPart).countBy({ uploadId: upload.uploadId })).toBe(0);
      expect(await rows(Upload).countBy({ id: upload.uploadId })).toBe(0);
    });
  });
});
