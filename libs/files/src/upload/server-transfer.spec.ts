import { request } from 'node:http';
import { getRepositoryToken } from '@nestjs/typeorm';
import { type FilesBench, patternBytes, startFilesBench } from '../files.spec-support.js';
import { UploadClient } from './upload-client.spec-support.js';
import { UploadPart } from './upload-part.entity.js';

const MIB = 1024 * 1024;

describe('direct uploads that come through this server', () => {
  let bench: FilesBench;
  let client: UploadClient;
  let key: string;

  beforeAll(async () => {
    bench = await startFilesBench({ MAX_FILE_BYTES: String(12 * MIB) });
    ({ key } = await bench.newActor());
    client = new UploadClient(bench, key);
  }, 60_000);
  afterAll(() => bench.stop());

  it('streams JSON and forms like any other file, over the limit for bodies elsewhere', async () => {
    const json = JSON.stringify({ text: 'x'.repeat(3 * MIB) });
    const { upload_url, file_url } = await client.initiate('application/json');
    expect((await client.put(upload_url, json, 'application/json; charset=utf-8')).status).toBe(200);
    expect(await (await fetch(file_url)).text()).toBe(json);
    const broken = await client.initiate('application/json');
    expect((await client.put(broken.upload_url, '{not json', 'application/json')).status).toBe(200);
    const elsewhere = await fetch(`${bench.origin}/storage/upload/initiate`, {
      method: 'POST',
      headers: { authorization: `Key ${key}`, 'content-type': 'application/json' },
      body: json,
    });
    expect(elsewhere.status).toBe(413);
  });

  it('takes chunked bodies, and counts them', async () => {
    const chunks = () => new Blob([patternBytes(MIB)]).stream();
    const right = await client.initiate('a/b', MIB);
    expect((await client.put(right.upload_url, chunks(), 'a/b')).status).toBe(200);
    for (const size of [MIB - 1, MIB + 1]) {
      const wrong = await client.initiate('a/b', size);
      const { status, body } = await client.put(wrong.upload_url, chunks(), 'a/b');
      expect({ status, body }).toEqual({
        status: 400,
        body: expect.stringContaining(`exactly ${size} bytes`),
      });
      expect((await fetch(wrong.file_url)).status).toBe(404);
      // What was refused can be done again, rightly.
      expect((await client.put(wrong.upload_url, patternBytes(size), 'a/b')).status).toBe(200);
    }
  });

  it('refuses a tampered URL before it reads the body', async () => {
    const { upload_url } = await client.initiate('image/png', 100);
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
      const { status, body } = await client.put(url.href, patternBytes(MIB), 'image/png');
      expect({ status, body }).toEqual({ status: 403, body: expect.stringContaining('signature') });
    }
  });

  it('keeps nothing of an upload that breaks off', async () => {
    const before = await bench.storedPaths();
    const { upload_url, file_url } = await client.initiate('a/b', 10 * MIB);
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

  it('refuses a part for which the file has no room any more', async () => {
    const upload = await client.start();
    const { presignedUrl } = (await client.partUrl(upload, 2)).body;
    const parts = bench.app.get(getRepositoryToken(UploadPart));
    const first = { uploadId: upload.uploadId, partNumber: 1, storageKey: 'x'.repeat(40), etag: 'x' };
    await parts.insert({ ...first, size: 5 * 1024 * MIB - 3 });
    const before = await bench.storedPaths();
    expect((await client.put(presignedUrl, 'four')).status).toBe(413);
    expect((await client.put(presignedUrl, new Blob(['four']).stream())).status).toBe(413);
    expect(await bench.storedPaths()).toEqual(before);
    expect((await client.put(presignedUrl, 'abc')).status).toBe(200);
  });
});
