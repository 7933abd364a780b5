import { setTimeout as sleep } from 'node:timers/promises';
import { rejection } from '../files.spec-support.js';
import { guardedFetch, type FetchTimeouts } from './guarded-fetch.js';
import { type HostileServer, startHostileServer } from './hostile-server.spec-support.js';

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
    for await (const chunk of file.stream as AsyncIterable<Buffer>) bytes += chunk.length;
    return { ...file, bytes };
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
    ['/resets', 'unreachable_url', 'closed the connection'],
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
  ])('%s with the limits %j ends: %s', async (path, timeouts, message) => {
    const before = Date.now();
    const error = await rejection(fetchAll(path, timeouts));
    expect(error).toMatchObject({ code: 'unreachable_url', message: expect.stringContaining(message) });
    expect(Date.now() - before).toBeLessThan(3_000);
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
