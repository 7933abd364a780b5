import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { patternBytes, rejection } from '../files.spec-support.js';
import { guardedFetch } from './guarded-fetch.js';
import type { FetchTimeouts } from './hop.js';
import { type HostileServer, startHostileServer } from './hostile-server.spec-support.js';

const MIB = 1024 * 1024;

describe('guardedFetch', () => {
  let server: HostileServer;

  beforeAll(async () => {
    server = await startHostileServer();
  });
  afterAll(() => server.close());

  /** Fetches to the end. */
  async function fetchAll(
    path: string,
    timeouts: Partial<FetchTimeouts> = {},
    signal = new AbortController().signal,
  ) {
    const file = await guardedFetch(server.origin + path, { allowPrivate: true, signal, timeouts });
    let bytes = 0;
    const hash = createHash('sha256');
    for await (const chunk of file.stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      hash.update(chunk);
    }
    return { ...file, bytes, sha256: hash.digest('hex') };
  }

  it('gives body, type, length and name', async () => {
    const file = await fetchAll('/cat.png');
    expect(file).toMatchObject({ contentType: 'image/png', contentLength: file.bytes, fileName: 'cat.png' });
    expect(file.bytes).toBeGreaterThan(50);
  });

  it('follows five redirects, and no sixth', async () => {
    expect((await fetchAll('/hop5')).contentType).toBe('image/png');
    const error = await rejection(fetchAll('/hop6'));
    expect(error).toMatchObject({
      code: 'unreachable_url',
      message: expect.stringContaining('more than 5 times'),
    });
    expect((await rejection(fetchAll('/loop'))).code).toBe('unreachable_url');
  });

  it('undoes a compression that it did not ask for', async () => {
    const file = await fetchAll('/gzipped');
    expect(file.contentLength).toBeUndefined();
    expect(file.bytes).toBe((await fetchAll('/cat.png')).bytes);
  });

  it.each([
    ['/nothing-here', 'unreachable_url', 'answered with status 404'],
    ['/gone', 'unreachable_url', 'answered with status 410'],
    ['/no-content', 'unreachable_url', 'answered with status 204'],
    ['/partial', 'unreachable_url', 'answered with status 206'],
    ['/not-modified', 'unreachable_url', 'answered with status 304'],
    ['/unsatisfiable', 'unreachable_url', 'answered with status 416'],
    ['/breaks', 'unreachable_url', 'answered with status 500'],
    ['/resets', 'unreachable_url', 'closed the connection'],
    ['/resets-in-the-middle', 'unreachable_url', 'closed the connection before everything had arrived'],
    ['/changes', 'unreachable_url', 'closed the connection before everything had arrived'],
    ['/weak', 'unreachable_url', 'closed the connection before everything had arrived'],
    ['/lying-range', 'unreachable_url', 'closed the connection before everything had arrived'],
    ['/two-lengths', 'unreachable_url', 'did not answer with valid HTTP'],
    ['/negative-length', 'unreachable_url', 'did not answer with valid HTTP'],
    ['/long-headers', 'unreachable_url', 'did not answer with valid HTTP'],
    ['/twice-gzipped', 'unreachable_url', 'encoded as gzip, gzip'],
    ['/short', 'unreachable_url', 'closed the connection before everything had arrived'],
    ['/garbage', 'unreachable_url', 'did not answer with valid HTTP'],
    ['/broken-gzip', 'unreachable_url', 'compressed data that cannot be read'],
    ['/zstd', 'unreachable_url', 'encoded as zstd'],
    ['/to-nowhere', 'unreachable_url', 'redirects to nowhere'],
    ['/to-file', 'blocked_url', 'Only http and https'],
    ['/to-credentials', 'blocked_url', 'user name or password'],
  ])('%s is %s: …%s…', async (path, code, message) => {
    expect(await rejection(fetchAll(path))).toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  it.each([
    ['/silent', { firstByte: 200 }, 'did not answer in time'],
    ['/stalls', { stall: 200 }, 'stopped sending'],
    ['/drips', { whole: 400, stall: 300 }, 'took too long'],
    ['/silent', { whole: 200 }, 'took too long'],
    ['/endless-headers', { firstByte: 300 }, 'did not answer in time'],
    ['/always-hints', { firstByte: 300 }, 'did not answer in time'],
  ])('%s with the limits %j ends: %s', async (path, timeouts, message) => {
    const before = Date.now();
    const error = await rejection(fetchAll(path, timeouts));
    expect(error).toMatchObject({ code: 'unreachable_url', message: expect.stringContaining(message) });
    expect(Date.now() - before).toBeLessThan(3_000);
  });

  it('does not wait for a server that takes the connection and says nothing of TLS', async () => {
    const silent = createServer();
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as AddressInfo;
    const { signal } = new AbortController();
    const options = { allowPrivate: true, signal, timeouts: { connect: 200 } };
    const error = await rejection(guardedFetch(`https://127.0.0.1:${port}/x`, options));
    silent.close();
    expect(error).toMatchObject({
      code: 'unreachable_url',
      message: expect.stringContaining('did not accept the connection in time'),
    });
  });

  it.each([
    ['/resumes', {}],
    ['/stalls-and-resumes', { stall: 200 }],
  ])(
    'asks for the rest of a body that breaks off, where the server can tell that it is the same: %s',
    async (path, timeouts) => {
      const before = server.hits.get(path) ?? 0;
      const { bytes, sha256 } = await fetchAll(path, timeouts);
      expect({ bytes, sha256 }).toEqual({
        bytes: MIB,
        sha256: createHash('sha256').update(patternBytes(MIB)).digest('hex'),
      });
      expect(server.hits.get(path)! - before).toBe(3);
    },
  );

  it('takes what the server announced and nothing that follows it', async () => {
    expect(await fetchAll('/more-than-said')).toMatchObject({ bytes: 5, contentLength: 5 });
  });

  it('does not count the time that the reader takes as a stall', async () => {
    const signal = new AbortController().signal;
    const file = await guardedFetch(`${server.origin}/large`, {
      allowPrivate: true,
      signal,
      timeouts: { stall: 150 },
    });
    let slept = 0;
    for await (const chunk of file.stream) {
      expect(chunk).toBeDefined();
      if ((slept += 1) <= 3) await sleep(250);
    }
  });

  it('ends as cancelled when the caller goes away, and lets go of the connection', async () => {
    const gone = new AbortController();
    setTimeout(() => gone.abort(), 100);
    expect((await rejection(fetchAll('/drips', {}, gone.signal))).code).toBe('cancelled');
    expect((await rejection(fetchAll('/cat.png', {}, gone.signal))).code).toBe('cancelled');
    await sleep(100);
    expect(server.connections.size).toBe(0);
  });

  it('lets go of the connection of a body that nobody reads', async () => {
    const signal = new AbortController().signal;
    const { stream } = await guardedFetch(`${server.origin}/endless`, { allowPrivate: true, signal });
    expect(server.connections.size).toBe(1);
    stream.destroy();
    await sleep(100);
    expect(server.connections.size).toBe(0);
  });

  it('lets go of the connection when the reader stops in the middle', async () => {
    const { stream } = await guardedFetch(`${server.origin}/endless`, {
      allowPrivate: true,
      signal: new AbortController().signal,
    });
    for await (const chunk of stream) {
      expect(chunk).toBeDefined();
      break;
    }
    await sleep(100);
    expect(server.connections.size).toBe(0);
  });

  describe('when private addresses are not allowed', () => {
    const refuse = async (url: string) =>
      rejection(guardedFetch(url, { allowPrivate: false, signal: new AbortController().signal }));

    it('does not connect to a literal one', async () => {
      const hits = server.hits.get('/cat.png');
      expect((await refuse(`${server.origin}/cat.png`)).code).toBe('blocked_url');
      expect(server.hits.get('/cat.png')).toBe(hits);
    });

    it('does not connect to a name that resolves to one, and does not tell the address', async () => {
      // The machine's own name resolves, to an address that is not public, without asking a name server.
      const { port } = new URL(server.origin);
      const error = await refuse(`http://${(await import('node:os')).hostname()}:${port}/cat.png`);
      expect(error.code).toBe('blocked_url');
      expect(error.message).not.toMatch(/\d+\.\d+\.\d+\.\d+|::/);
    });
  });

  it('says in plain words that a host does not exist or refuses', async () => {
    const signal = new AbortController().signal;
    const missing = await rejection(
      guardedFetch('http://no-such-host.invalid/x', { allowPrivate: true, signal }),
    );
    expect(missing).toMatchObject({
      code: 'unreachable_url',
      message: expect.stringContaining('no known address'),
    });
    const closed = await startHostileServer();
    await closed.close();
    const refused = await rejection(guardedFetch(`${closed.origin}/x`, { allowPrivate: true, signal }));
    expect(refused).toMatchObject({ code: 'unreachable_url', message: expect.stringContaining('refused') });
  });
});
