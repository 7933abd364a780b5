import { gzipSync } from 'node:zlib';
import { type DocumentServer } from '../../../test/support/document-server.js';
import { APP, DocumentBench, expectErrorPage } from './document-bench.js';
import { START_LIMIT_MS } from './oauth-app.js';

/** Beside rows C1–C14 of test/conformance/oauth. */
let bench: DocumentBench;
let documents: DocumentServer;

beforeAll(async () => {
  bench = await DocumentBench.start();
  ({ documents } = bench);
}, START_LIMIT_MS);

afterAll(() => bench.stop());

describe('a document that is not to be had', () => {
  const json = { 'content-type': 'application/json' };

  it.each([
    ['no type', 'did not send JSON', (_: unknown, r) => r.writeHead(200).end('{}')],
    [
      'bytes that are no text',
      'did not send JSON',
      (_: unknown, r) => r.writeHead(200, json).end(Buffer.from([0x22, 0xff, 0x22])),
    ],
    [
      'compression',
      'compressed',
      (_: unknown, r) => r.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync('{}')),
    ],
    [
      'one byte too many',
      'more than 5 KB',
      (_: unknown, r) => r.writeHead(200, json).end(`"${'x'.repeat(5_119)}"`),
    ],
    ['a hang-up', 'closed the connection', (_: unknown, r) => r.destroy()],
  ] as [string, string, Parameters<DocumentServer['route']>[1]][])('%s: %s', async (name, reason, route) => {
    const clientId = documents.route(`/broken/${encodeURIComponent(name)}`, route);
    const page = await bench.authorize(clientId);
    expectErrorPage(page, reason);
    expect(page.body).not.toMatch(/127\.0\.0\.1|::1|Error|at .*\.[jt]s/);
    expect(await bench.stored(clientId)).toBeUndefined();
  });
});

describe('a document that is had', () => {
  it('is refused when its name is no text', async () => {
    const clientId = documents.publish('/markup', { ...APP, client_name: { toString: '<script>' } });
    expectErrorPage(await bench.authorize(clientId), 'client_name must be a string');
    expect(await bench.stored(clientId)).toBeUndefined();
  });

  it('may have any JSON media type', async () => {
    const headers = { 'content-type': 'application/oauth-client+json; charset=utf-8' };
    expect((await bench.authorize(documents.publish('/typed', APP, headers))).status).toBe(303);
  });
});
