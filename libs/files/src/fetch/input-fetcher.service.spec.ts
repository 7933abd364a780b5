import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type FilesBench, rejection, startFilesBench } from '../files.spec-support.js';
import { FilesService } from '../records/files.service.js';
import { type HostileServer, startHostileServer } from './hostile-server.spec-support.js';
import { InputFetcher } from './input-fetcher.service.js';

const MIB = 1024 * 1024;

describe('InputFetcher', () => {
  let bench: FilesBench;
  let server: HostileServer;
  let dir: string;

  beforeAll(async () => {
    [bench, server, dir] = await Promise.all([
      startFilesBench(),
      startHostileServer(),
      mkdtemp(join(tmpdir(), 'modelrunner-inputs-')),
    ]);
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await bench.stop();
    await rm(dir, { recursive: true });
  });

  const fetchInput = (url: string, accept?: string, maxBytes = 20 * MIB) =>
    bench.app
      .get(InputFetcher)
      .fetch(url, { dir }, { maxBytes, accept, signal: new AbortController().signal });

  it('copies a picture into the folder, named by itself', async () => {
    const input = await fetchInput(`${server.origin}/named`, 'image/*');
    expect(input).toMatchObject({ contentType: 'image/png', fileName: 'tom.png' });
    expect(input.path).toMatch(new RegExp(`^${dir}/input-[0-9a-f]{16}\\.png$`));
    expect((await readFile(input.path)).length).toBe(input.size);
  });

  it('believes the bytes, not the header', async () => {
    expect((await fetchInput(`${server.origin}/lying-type`, 'image/*')).contentType).toBe('image/png');
    for (const path of ['/page', '/page-as.png']) {
      const error = await rejection(fetchInput(`${server.origin}${path}?token=secret`, 'image/*'));
      expect(error).toMatchObject({
        code: 'invalid_file',
        message: `The file at ${server.origin}${path} is text/html, not an image (image/*).`,
      });
    }
  });

  it('leaves nothing behind when it refuses', async () => {
    const before = await readdir(dir);
    const codes = [];
    for (const path of ['/empty', '/page', '/large', '/endless', '/bomb', '/short', '/nothing']) {
      codes.push(
        (await rejection(fetchInput(server.origin + path, path === '/page' ? 'video/*' : '*/*', MIB))).code,
      );
    }
    expect(codes).toEqual([
      'invalid_file',
      'invalid_file',
      'file_too_large',
      'file_too_large',
      'file_too_large',
      'unreachable_url',
      'unreachable_url',
    ]);
    expect(await readdir(dir)).toEqual(before);
  });

  describe("this server's own files", () => {
    it('come from the storage, under every name of this server, private addresses allowed or not', async () => {
      const strict = await startFilesBench({ ALLOW_PRIVATE_URLS: 'false' });
      try {
        const { actor } = await strict.newActor();
        const files = strict.app.get(FilesService);
        const { key } = await files.store(actor, Readable.from([Buffer.from('hello')]), {
          fileName: 'h.txt',
        });
        const { port } = new URL(strict.origin);
        // The server no longer listens: nothing but the storage can answer.
        await new Promise((resolve) => strict.app.getHttpServer().close(resolve));
        for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
          const url = `http://${host}:${port}/media/${key}`;
          const fetcher = strict.app.get(InputFetcher);
          expect(() => fetcher.assertFetchable(url)).not.toThrow();
          const input = await fetcher.fetch(
            url,
            { dir },
            { maxBytes: MIB, signal: new AbortController().signal },
          );
          expect(await readFile(input.path, 'utf8')).toBe('hello');
          expect(input).toMatchObject({ contentType: 'text/plain', fileName: 'h.txt', size: 5 });
        }
        expect(() => strict.app.get(InputFetcher).assertFetchable(`http://localhost:${port}/readyz`)).toThrow(
          expect.objectContaining({ code: 'blocked_url' }),
        );
      } finally {
        await strict.stop();
      }
    }, 60_000);

    it('say so when they are not there', async () => {
      const error = await rejection(fetchInput(`${bench.origin}/media/${'a'.repeat(40)}`));
      expect(error).toMatchObject({ code: 'unreachable_url', message: expect.stringContaining('expired') });
    });
  });
});
