import { request } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRepositoryToken } from '@nestjs/typeorm';
import sharp from 'sharp';
import type { Actor } from '#libs/accounts';
import { type FilesBench, patternBytes, startFilesBench } from '../files.spec-support.js';
import { FileRecord } from '../records/file.entity.js';
import { FilesService, type StoredFile } from '../records/files.service.js';

describe('GET /media/:key', () => {
  let bench: FilesBench;
  let actor: Actor;
  let picture: StoredFile;
  let bytes: Buffer;

  beforeAll(async () => {
    bench = await startFilesBench();
    ({ actor } = await bench.newActor());
    bytes = await sharp({ create: { width: 200, height: 200, channels: 3, background: 'navy' } })
      .png()
      .toBuffer();
    picture = await store(bytes, 'sea.png');
  }, 60_000);
  afterAll(() => bench.stop());

  const store = (content: Buffer, fileName: string): Promise<StoredFile> =>
    bench.app.get(FilesService).store(actor, Readable.from([content]), { fileName });

  it('serves the file to anyone, cacheable and embeddable, through the security headers of the application', async () => {
    const response = await fetch(picture.url);
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(bytes.length),
      'content-disposition': 'inline; filename=sea.png',
      'cache-control': expect.stringMatching(/^public, max-age=2\d{6}, immutable$/),
      etag: `"${picture.sha256}"`,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'access-control-allow-origin': '*',
      'content-security-policy': expect.stringContaining('sandbox'),
    });
  });

  it('answers HEAD like GET, without the body', async () => {
    const response = await fetch(picture.url, { method: 'HEAD', headers: { range: 'bytes=0-9' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(await response.text()).toBe('');
  });

  it('serves ranges', async () => {
    const part = async (range: string) => {
      const response = await fetch(picture.url, { headers: { range } });
      return {
        status: response.status,
        range: response.headers.get('content-range'),
        body: await response.arrayBuffer(),
      };
    };
    const middle = await part('bytes=10-19');
    expect(middle).toMatchObject({ status: 206, range: `bytes 10-19/${bytes.length}` });
    expect(Buffer.from(middle.body).equals(bytes.subarray(10, 20))).toBe(true);
    const tail = await part('bytes=-7');
    expect(Buffer.from(tail.body).equals(bytes.subarray(-7))).toBe(true);
    expect(await part('bytes=9999999-')).toMatchObject({ status: 416, range: `bytes */${bytes.length}` });
  });

  it('answers 304 to whoever has it, without a body', async () => {
    const response = await fetch(picture.url, { headers: { 'if-none-match': `"${picture.sha256}"` } });
    expect(response.status).toBe(304);
    expect(response.headers.get('etag')).toBe(`"${picture.sha256}"`);
    expect(response.headers.get('content-length')).not.toBe(String(bytes.length));
    expect(await response.text()).toBe('');
  });

  it('serves what could run as a page as an attachment', async () => {
    for (const content of [
      '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
      '<html><script>1</script>',
    ]) {
      const response = await fetch((await store(Buffer.from(content), 'x.png')).url);
      expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      await response.text();
    }
  });

  it.each(['a'.repeat(40), 'short', '..%2f..%2fetc%2fpasswd', 'A'.repeat(40)])(
    'has no file %s',
    async (key) => {
      const response = await fetch(`${bench.origin}/media/${key}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ details: { code: 'not_found' } });
    },
  );

  it('has no file that expired, nor one whose bytes are gone', async () => {
    const expired = await store(Buffer.from('soon over'), 'a.txt');
    const lost = await store(Buffer.from('soon lost'), 'b.txt');
    const records = bench.app.get(getRepositoryToken(FileRecord));
    await records.update({ id: expired.id }, { expiresAt: new Date() });
    await records.update({ id: lost.id }, { storageKey: 'z'.repeat(40) });
    for (const { url } of [expired, lost]) {
      const response = await fetch(url);
      expect(response.status).toBe(404);
      expect(response.headers.get('cache-control')).toBe('no-store');
      await response.text();
    }
  });

  it('reads only as fast as its readers, and lets go when they leave', async () => {
    const large = await store(patternBytes(64 * 1024 * 1024), 'large.bin');
    const before = process.memoryUsage.rss();
    const readers = Array.from({ length: 20 }, () => {
      const outgoing = request(large.url, (response) => response.pause()).on('error', () => undefined);
      outgoing.end();
      return outgoing;
    });
    await sleep(1_000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024);
    for (const reader of readers) reader.destroy();
    expect((await fetch(picture.url)).status).toBe(200);
  });
});
