import { gzipSync } from 'node:zlib';
import { type DocumentServer, drip, sendForever } from '../../../test/support/document-server.js';
import { APP, CALLBACK, DocumentBench, expectErrorPage } from './document-bench.js';
import { type OAuthApp, START_LIMIT_MS } from './oauth-app.js';
import { bearer, Browser, callMcp, TestClient } from './oauth-client.js';

let bench: DocumentBench;
let documents: DocumentServer;
let server: OAuthApp;

beforeAll(async () => {
  bench = await DocumentBench.start();
  ({ documents, server } = bench);
}, START_LIMIT_MS);

afterAll(() => bench.stop());

describe('a client with a document', () => {
  it('connects without registration, and is shown with the host that speaks for it', async () => {
    const clientId = documents.publish('/flow', {
      ...APP,
      logo_uri: `${documents.origin}/logo.png`,
      client_uri: `${documents.origin}/home`,
    });
    const client = TestClient.ofDocument(server.base, clientId, CALLBACK);
    const browser = new Browser(server.base);
    await browser.signIn();
    const authorized = await browser.get(client.authorizePath());
    const consent = await browser.get(authorized.location ?? '');
    expect(consent.body).toContain('An App');
    expect(consent.body).toContain(`<code>${new URL(clientId).host}</code>`);
    expect(consent.body).toContain('<code>app.example</code>');
    expect(consent.body).not.toMatch(/Unverified|logo\.png|notice warn/);
    const { access_token } = await client.connect(browser);
    expect((await callMcp(server.base, bearer(access_token))).status).toBe(200);
    expect(await bench.stored(clientId)).toMatchObject({
      kind: 'metadata',
      name: 'An App',
      secret_hash: null,
      token_endpoint_auth_method: 'none',
    });
    expect(documents.requests.filter((path) => path !== '/flow')).toEqual([]);
  });

  it('warns when the answer goes to a program on the own computer, at any port', async () => {
    const clientId = documents.publish('/native', {
      ...APP,
      redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
    });
    const client = TestClient.ofDocument(server.base, clientId, 'http://localhost:55611/callback');
    const browser = new Browser(server.base);
    await browser.signIn();
    const authorized = await browser.get(client.authorizePath());
    const consent = await browser.get(authorized.location ?? '');
    expect(consent.body).toMatch(/notice warn[^<]*any program can say that it is this application/);
    expect(consent.body).toContain('localhost:55611');
    expectErrorPage(await bench.authorize(clientId, 'http://localhost:55611/other'), 'did not register');
  });
});

describe('before anything is fetched', () => {
  it.each([
    ['http', (origin: string) => origin.replace('https:', 'http:') + '/bad'],
    ['no path', (origin: string) => origin],
    ['a fragment', (origin: string) => `${origin}/bad#x`],
    ['a user', (origin: string) => `${origin.replace('//', '//me@')}/bad`],
    ['a dot segment', (origin: string) => `${origin}/x/../bad`],
    ['an encoded dot segment', (origin: string) => `${origin}/%2e%2e/bad`],
    ['an IPv4 address', (origin: string) => `${origin.replace('localhost', '127.0.0.1')}/bad`],
    ['an IPv6 address', (origin: string) => `${origin.replace('localhost', '[::1]')}/bad`],
    ['a short address', (origin: string) => `${origin.replace('localhost', '127.1')}/bad`],
  ])('refuses an id with %s', async (_, id) => {
    const before = documents.connections();
    expectErrorPage(
      await bench.authorize(id(documents.origin)),
      'names itself by a web address that this server',
    );
    expect(documents.connections()).toBe(before);
  });
});

describe('a document that is not to be had', () => {
  const json = { 'content-type': 'application/json' };

  it.each([
    ['a redirect', 'redirects', (_: unknown, r) => r.writeHead(302, { location: '/good' }).end()],
    ['404', 'answered with status 404', (_: unknown, r) => r.writeHead(404, json).end('{}')],
    ['201', 'answered with status 201', (_: unknown, r) => r.writeHead(201, json).end('{}')],
    [
      'a web page',
      'did not send JSON',
      (_: unknown, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
    ],
    ['no type', 'did not send JSON', (_: unknown, r) => r.writeHead(200).end('{}')],
    [
      'a web page that claims to be JSON',
      'did not send JSON',
      (_: unknown, r) => r.writeHead(200, json).end('<html>'),
    ],
    [
      'bytes that are no text',
      'did not send JSON',
      (_: unknown, r) => r.writeHead(200, json).end(Buffer.from([0x22, 0xff, 0x22])),
    ],
    ['nothing', 'did not send JSON', (_: unknown, r) => r.writeHead(200, json).end()],
    [
      'compression',
      'compressed',
      (_: unknown, r) => r.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync('{}')),
    ],
    [
      'a large length',
      'more than 5 KB',
      (_: unknown, r) => r.writeHead(200, { ...json, 'content-length': 9_000 }).flushHeaders(),
    ],
    [
      'one byte too many',
      'more than 5 KB',
      (_: unknown, r) => r.writeHead(200, json).end(`"${'x'.repeat(5_119)}"`),
    ],
    ['a body without end', 'more than 5 KB', sendForever],
    ['a slow body', 'within 5 seconds', drip],
    ['silence', 'within 5 seconds', () => undefined],
    ['a hang-up', 'closed the connection', (_: unknown, r) => r.destroy()],
  ] as [string, string, Parameters<DocumentServer['route']>[1]][])(
    '%s: %s',
    async (name, reason, route) => {
      const clientId = documents.route(`/broken/${encodeURIComponent(name)}`, route);
      const before = Date.now();
      const page = await bench.authorize(clientId);
      expectErrorPage(page, reason);
      expect(page.body).not.toMatch(/127\.0\.0\.1|::1|Error|at .*\.[jt]s/);
      expect(Date.now() - before).toBeLessThan(7_000);
      expect(await bench.stored(clientId)).toBeUndefined();
    },
    15_000,
  );

  it('is not cached: when it is mended, the client connects', async () => {
    const clientId = documents.route('/mended', (_, response) => response.writeHead(500).end());
    expectErrorPage(await bench.authorize(clientId), 'answered with status 500');
    documents.publish('/mended', APP);
    expect((await bench.authorize(clientId)).status).toBe(303);
  });

  it('leads no redirect anywhere', () => {
    expect(bench.fetches('/good')).toBe(0);
  });
});

describe('a document that is not acceptable', () => {
  it.each([
    ['another client_id', { client_id: 'https://app.example/client' }, 'not the very address'],
    ['no client_name', { client_name: undefined }, 'client_name is missing'],
    ['no redirect_uris', { redirect_uris: undefined }, 'redirect_uris must be an array'],
    ['a secret', { client_secret: 'x' }, 'contains client_secret'],
    ['private_key_jwt alone', { token_endpoint_auth_method: 'private_key_jwt' }, 'wants to sign'],
    ['markup', { client_name: { toString: '<script>' } }, 'client_name must be a string'],
  ])('%s', async (name, members, reason) => {
    const clientId = documents.publish(`/unacceptable/${encodeURIComponent(name)}`, { ...APP, ...members });
    expectErrorPage(await bench.authorize(clientId), reason);
    expect(await bench.stored(clientId)).toBeUndefined();
  });

  it('takes any JSON media type', async () => {
    const headers = { 'content-type': 'application/oauth-client+json; charset=utf-8' };
    expect((await bench.authorize(documents.publish('/typed', APP, headers))).status).toBe(303);
  });
});
