import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { getRepositoryToken } from '@nestjs/typeorm';
import { type FilesBench, patternBytes, startFilesBench } from '../files.spec-support.js';
import { UploadPart } from './upload-part.entity.js';
import { Upload } from './upload.entity.js';
import { UploadsService } from './uploads.service.js';

const MIB = 1024 * 1024;

describe('direct uploads', () => {
  let bench: FilesBench;
  let key: string;

  beforeAll(async () => {
    bench = await startFilesBench({ MAX_FILE_BYTES: String(12 * MIB) });
    ({ key } = await bench.newActor());
  }, 60_000);
  afterAll(() => bench.stop());

  async function call(method: string, path: string, body?: unknown, apiKey = key) {
    const response = await fetch(`${bench.origin}/storage/upload/${path}`, {
      method,
      headers: { authorization: `Key ${apiKey}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : undefined };
  }
  const initiate = async (content_type: string, size?: number) =>
    (await call('POST', 'initiate', { file_name: 'a.bin', content_type, size })).body as {
      upload_url: string;
      file_url: string;
    };
  const put = async (
    url: string,
    body: string | Uint8Array<ArrayBuffer> | ReadableStream,
    contentType?: string,
  ) => {
    const response = await fetch(url, {
      method: 'PUT',
      body,
      headers: contentType ? { 'content-type': contentType } : {},
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    });
    return { status: response.status, etag: response.headers.get('etag'), body: await response.text() };
  };

  it('asks for an API key', async () => {
    for (const path of ['initiate', 'initiate-multipart', 'complete', 'abort']) {
      expect((await call('POST', path, {}, 'mrk_nonsense')).status).toBe(401);
    }
    expect((await call('GET', 'multipart-url', undefined, 'x')).status).toBe(401);
  });

  it('names every field that is wrong', async () => {
    const { status, body } = await call('POST', 'initiate', { file_name: '', size: 0, extra: 1 });
    expect(status).toBe(400);
    const paths = body.details.validationErrors.map(({ path }: { path: string }) => path);
    expect(new Set(paths)).toEqual(new Set(['file_name', 'content_type', 'size', 'extra']));
    expect((await call('POST', 'initiate', { file_name: 'a', content_type: 'not a type' })).status).toBe(400);
    expect(
      (await call('POST', 'initiate', { file_name: 'a', content_type: 'a/b', size: 12 * MIB + 1 })).status,
    ).toBe(413);
  });

  describe('in one PUT', () => {
    it('stores the bytes under the URL that was promised', async () => {
      const bytes = patternBytes(10 * MIB);
      const { upload_url, file_url } = await initiate('application/x-pattern', bytes.length);
      const { status, etag } = await put(upload_url, bytes, 'application/x-pattern');
      expect({ status, etag }).toEqual({
        status: 200,
        etag: `"${createHash('sha256').update(bytes).digest('hex')}"`,
      });
      expect(Buffer.from(await (await fetch(file_url)).arrayBuffer()).equals(bytes)).toBe(true);
    });

    it('streams JSON and forms like any other file, over the limit for bodies elsewhere', async () => {
      const json = JSON.stringify({ text: 'x'.repeat(3 * MIB) });
      const { upload_url, file_url } = await initiate('application/json');
      expect((await put(upload_url, json, 'application/json; charset=utf-8')).status).toBe(200);
      expect(await (await fetch(file_url)).text()).toBe(json);
      const broken = await initiate('application/json');
      expect((await put(broken.upload_url, '{not json', 'application/json')).status).toBe(200);
      const elsewhere = await fetch(`${bench.origin}/storage/upload/initiate`, {
        method: 'POST',
        headers: { authorization: `Key ${key}`, 'content-type': 'application/json' },
        body: json,
      });
      expect(elsewhere.status).toBe(413);
    });

    it('takes chunked bodies, and counts them', async () => {
      const chunks = () => new Blob([patternBytes(MIB)]).stream();
      const right = await initiate('a/b', MIB);
      expect((await put(right.upload_url, chunks(), 'a/b')).status).toBe(200);
      for (const size of [MIB - 1, MIB + 1]) {
        const wrong = await initiate('a/b', size);
        const { status, body } = await put(wrong.upload_url, chunks(), 'a/b');
        expect({ status, body }).toEqual({
          status: 400,
          body: expect.stringContaining(`exactly ${size} bytes`),
        });
        expect((await fetch(wrong.file_url)).status).toBe(404);
        // What was refused can be done again, rightly.
        expect((await put(wrong.upload_url, patternBytes(size), 'a/b')).status).toBe(200);
      }
    });

    it('refuses another type, another size, too much, and nothing', async () => {
      const { upload_url, file_url } = await initiate('image/png', 100);
      expect((await put(upload_url, patternBytes(100), 'text/html')).status).toBe(400);
      expect((await put(upload_url, patternBytes(99), 'image/png')).status).toBe(400);
      expect((await fetch(file_url)).status).toBe(404);
      const open = await initiate('image/png');
      expect((await put(open.upload_url, patternBytes(12 * MIB + 4), 'image/png')).status).toBe(413);
      expect((await put(open.upload_url, '', 'image/png')).status).toBe(422);
    });

    it('refuses a tampered URL before it reads the body', async () => {
      const { upload_url } = await initiate('image/png', 100);
      const tampered: ((url: URL) => unknown)[] = [
        (url) => url.searchParams.set('size', '1000'),
        (url) => url.searchParams.delete('size'),
        (url) => url.searchParams.set('content_type', 'text/html'),
        (url) => url.searchParams.set('expires', '9999999999'),
        (url) => url.searchParams.set('signature', 'A'.repeat(43)),
        (url) => url.searchParams.delete('signature'),
        (url) => (url.pathname = `/storage/upload/${'a'.repeat(40)}`),
        (url) => (url.pathname += '/parts/1'),
      ];
      for (const tamper of tampered) {
        const url = new URL(upload_url);
        tamper(url);
        const { status, body } = await put(url.href, patternBytes(MIB), 'image/png');
        expect({ status, body }).toEqual({ status: 403, body: expect.stringContaining('signature') });
      }
    });

    it('cannot be replayed', async () => {
      const { upload_url, file_url } = await initiate('text/plain');
      const results = await Promise.all(['one', 'two'].map((text) => put(upload_url, text, 'text/plain')));
      expect(results.map(({ status }) => status).sort()).toEqual([200, 409]);
      const stored = await (await fetch(file_url)).text();
      expect((await put(upload_url, 'three', 'text/plain')).status).toBe(409);
      expect(await (await fetch(file_url)).text()).toBe(stored);
    });

    it('keeps nothing of an upload that breaks off', async () => {
      const before = await bench.storedPaths();
      const { upload_url, file_url } = await initiate('a/b', 10 * MIB);
      await new Promise<void>((resolve) => {
        const outgoing = request(upload_url, {
          method: 'PUT',
          headers: { 'content-type': 'a/b', 'content-length': 10 * MIB },
        });
        outgoing.on('error', () => undefined).on('close', resolve);
        outgoing.write(patternBytes(MIB), () => setTimeout(() => outgoing.destroy(), 100));
      });
      for (let wait = 0; wait < 40 && (await bench.storedPaths()).length > before.length; wait += 1) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(await bench.storedPaths()).toEqual(before);
      expect((await fetch(file_url)).status).toBe(404);
    });
  });

  describe('in parts', () => {
    const sizes = [5 * MIB, 6 * MIB, 7];
    const start = async () =>
      (await call('POST', 'initiate-multipart', { file_name: 'big.bin', content_type: 'a/b' })).body as {
        fileUrl: string;
        uploadId: string;
        uploadKey: string;
      };
    type Started = Awaited<ReturnType<typeof start>>;
    const partUrl = async ({ uploadId, uploadKey }: Started, partNumber: number | string, apiKey = key) =>
      call(
        'GET',
        `multipart-url?uploadId=${uploadId}&uploadKey=${uploadKey}&partNumber=${partNumber}`,
        undefined,
        apiKey,
      );
    const putPart = async (upload: Started, partNumber: number, bytes: Buffer<ArrayBuffer>) => {
      const { presignedUrl } = (await partUrl(upload, partNumber)).body;
      const { status, etag } = await put(presignedUrl, bytes);
      expect(status).toBe(200);
      return { partNumber, etag: etag!.replaceAll('"', '') };
    };
    const finish = ({ uploadId, uploadKey }: Started, parts: unknown, apiKey = key) =>
      call('POST', 'complete', { uploadId, uploadKey, parts }, apiKey);

    it('joins parts that come in parallel and out of order; a part may be sent again', async () => {
      const upload = await start();
      const pieces = sizes.map((size, index) =>
        patternBytes(size + 4)
          .subarray(0, size)
          .fill(index, 0, 3),
      );
      await putPart(upload, 2, Buffer.from('a first try that is replaced'));
      const parts = await Promise.all([3, 1, 2].map((n) => putPart(upload, n, pieces[n - 1]!)));
      parts.sort((a, b) => a.partNumber - b.partNumber);
      expect((await fetch(upload.fileUrl)).status).toBe(404);
      const before = await bench.storedPaths();
      const done = await finish(upload, parts);
      const { fileUrl } = upload;
      const days = (Date.parse(done.body.expiresAt) - Date.now()) / 86_400_000;
      expect(done).toMatchObject({ status: 200, body: { fileUrl } });
      expect(days).toBeCloseTo(30, 2);
      const stored = Buffer.from(await (await fetch(upload.fileUrl)).arrayBuffer());
      expect(stored.equals(Buffer.concat(pieces))).toBe(true);
      expect(await bench.storedPaths()).toHaveLength(before.length - 3 + 1);
      expect(await finish(upload, parts)).toEqual(done);
    });

    it('names what is missing, too small or not the same', async () => {
      const upload = await start();
      const small = await putPart(upload, 1, Buffer.from('small'));
      const last = await putPart(upload, 2, Buffer.from('last'));
      const { status, body } = await finish(upload, [small, last, { partNumber: 3, etag: 'x' }]);
      expect(status).toBe(400);
      expect(body.details.validationErrors).toEqual([
        { path: 'parts.0', message: 'part 1 is smaller than 5 MiB' },
        { path: 'parts.1', message: 'part 2 is smaller than 5 MiB' },
        { path: 'parts.2', message: 'part 3 was not uploaded' },
      ]);
      expect((await finish(upload, [small, { ...last, etag: 'f'.repeat(64) }])).status).toBe(400);
      expect((await finish(upload, [])).status).toBe(400);
      expect((await partUrl(upload, 10_001)).status).toBe(400);
      expect((await partUrl(upload, 'one')).status).toBe(400);
    });

    it('refuses a part for which the file has no room any more', async () => {
      const upload = await start();
      const { presignedUrl } = (await partUrl(upload, 2)).body;
      const parts = bench.app.get(getRepositoryToken(UploadPart));
      const first = { uploadId: upload.uploadId, partNumber: 1, storageKey: 'x'.repeat(40), etag: 'x' };
      await parts.insert({ ...first, size: 5 * 1024 * MIB - 3 });
      const before = await bench.storedPaths();
      expect((await put(presignedUrl, 'four')).status).toBe(413);
      expect((await put(presignedUrl, new Blob(['four']).stream())).status).toBe(413);
      expect(await bench.storedPaths()).toEqual(before);
      expect((await put(presignedUrl, 'abc')).status).toBe(200);
    });

    it('answers a key that is none as a mistake of the caller', async () => {
      const reference = { ...(await start()), uploadKey: 'a\0b' };
      expect((await finish(reference, [{ partNumber: 1, etag: 'x' }])).status).toBe(400);
      expect((await partUrl({ ...reference, uploadKey: 'a%00' }, 1)).status).toBe(400);
    });

    it('is for its owner only', async () => {
      const upload = await start();
      const stranger = await bench.newActor();
      expect((await partUrl(upload, 1, stranger.key)).status).toBe(404);
      expect((await finish(upload, [{ partNumber: 1, etag: 'x' }], stranger.key)).status).toBe(404);
      const { uploadId, uploadKey } = upload;
      expect((await call('POST', 'abort', { uploadId, uploadKey }, stranger.key)).status).toBe(404);
      expect((await partUrl(upload, 1)).status).toBe(200);
    });

    it('is forgotten, with its parts, when it is aborted', async () => {
      const upload = await start();
      const { uploadId, uploadKey } = upload;
      const before = await bench.storedPaths();
      const { presignedUrl } = (await partUrl(upload, 2)).body;
      const part = await putPart(upload, 1, Buffer.from('part'));
      expect((await call('POST', 'abort', { uploadId, uploadKey })).status).toBe(204);
      expect(await bench.storedPaths()).toEqual(before);
      expect((await finish(upload, [part])).status).toBe(404);
      expect((await put(presignedUrl, 'late')).status).toBe(409);
    });

    it('is swept when it is abandoned', async () => {
      const upload = await start();
      const before = await bench.storedPaths();
      await putPart(upload, 1, Buffer.from('part'));
      const uploads = bench.app.get(getRepositoryToken(Upload));
      await uploads.update({ id: upload.uploadId }, { expiresAt: new Date(Date.now() - 1) });
      expect((await partUrl(upload, 2)).status).toBe(404);
      await bench.app.get(UploadsService).deleteExpired();
      expect(await bench.storedPaths()).toEqual(before);
      expect(await bench.app.get(getRepositoryToken(UploadPart)).countBy({ uploadId: upload.uploadId })).toBe(
        0,
      );
      expect(await uploads.countBy({ id: upload.uploadId })).toBe(0);
    });
  });
});
