import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { UsersService } from '#libs/accounts';
import { type DocumentServer, sendJson, startDocumentServer } from '../../../test/support/document-server.js';
import { ClientsService } from '../src/clients/clients.service.js';
import { ClientHostRules } from '../src/clients/hosts/client-host-rules.service.js';
import { APP, CALLBACK, DocumentBench, expectErrorPage, startTrustingApp } from './document-bench.js';
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

describe('the cache', () => {
  it('holds a document as long as its host says, within bounds', async () => {
    const clientId = documents.publish('/held', APP, { 'cache-control': 'max-age=600' });
    await bench.authorize(clientId);
    await bench.age(clientId, 9);
    expect((await bench.authorize(clientId)).status).toBe(303);
    expect(bench.fetches('/held')).toBe(1);
    await bench.age(clientId, 2);
    expect((await bench.authorize(clientId)).status).toBe(303);
    expect(bench.fetches('/held')).toBe(2);
  });

  it('forgets what is gone from the document', async () => {
    const other = 'https://app.example/other';
    const clientId = documents.publish('/shrinks', { ...APP, redirect_uris: [CALLBACK, other] });
    expect((await bench.authorize(clientId, other)).status).toBe(303);
    documents.publish('/shrinks', APP);
    await bench.age(clientId, 61);
    expectErrorPage(await bench.authorize(clientId, other), 'did not register');
    expect((await bench.authorize(clientId)).status).toBe(303);
  });

  it('looks again for an address that is new, but not twice within minutes', async () => {
    const clientId = documents.publish('/grows', APP);
    await bench.authorize(clientId);
    const added = 'https://app.example/added';
    documents.publish('/grows', { ...APP, redirect_uris: [CALLBACK, added] });
    expectErrorPage(await bench.authorize(clientId, added), 'did not register');
    expect(bench.fetches('/grows')).toBe(1);
    await bench.age(clientId, 6);
    expect((await bench.authorize(clientId, added)).status).toBe(303);
    expect(bench.fetches('/grows')).toBe(2);
  });

  it('asks once for all who want the same at the same time', async () => {
    const clientId = documents.route('/shared', (request, response) => {
      setTimeout(() => sendJson({ ...APP, client_id: clientId })(request, response), 300);
    });
    const pages = await Promise.all(Array.from({ length: 10 }, () => bench.authorize(clientId)));
    expect(pages.map(({ status }) => status)).toEqual(Array(10).fill(303));
    expect(bench.fetches('/shared')).toBe(1);
  });

  it('asks for eight documents at a time, and turns away who would wait too long', async () => {
    let open = 0;
    let most = 0;
    let release!: () => void;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const ids = Array.from({ length: 45 }, (_, index) => {
      const path = `/many/${index}`;
      return documents.route(path, (request, response) => {
        most = Math.max(most, (open += 1));
        void gate.then(() => {
          open -= 1;
          sendJson({ ...APP, client_id: documents.origin + path })(request, response);
        });
      });
    });
    let turnedAway = 0;
    const pages = ids.map(async (id) => {
      const { status } = await bench.authorize(id);
      if (status === 429 && (turnedAway += 1) === 5) release();
      return status;
    });
    expect((await Promise.all(pages)).filter((status) => status === 303)).toHaveLength(40);
    expect(turnedAway).toBe(5);
    expect(most).toBe(8);
  }, 20_000);
});

describe('once connected', () => {
  it('does not need the host of the document', async () => {
    const host = await startDocumentServer();
    const clientId = host.publish('/gone', { ...APP, redirect_uris: ['http://127.0.0.1/cb'] });
    const client = TestClient.ofDocument(server.base, clientId, 'http://127.0.0.1/cb');
    const code = await client.code(new Browser(server.base), { scope: 'mcp offline_access' });
    await host.close();
    await bench.age(clientId, 120);
    const tokens = (await client.redeem(code)).body;
    const refreshed = await client.refresh(tokens.refresh_token as string);
    expect(refreshed.status).toBe(200);
    expect((await callMcp(server.base, bearer(refreshed.body.access_token as string))).status).toBe(200);
    expect((await client.revoke({ token: refreshed.body.refresh_token as string })).status).toBe(200);
    expectErrorPage(await bench.authorize(clientId, 'http://127.0.0.1/cb'), 'refused the connection');
  });

  it('stays disabled when its document is fetched anew', async () => {
    const clientId = documents.publish('/disabled', APP);
    await bench.authorize(clientId);
    await server.dataSource.query('UPDATE oauth_clients SET disabled_at = now() WHERE client_id = $1', [
      clientId,
    ]);
    await bench.age(clientId, 120);
    expectErrorPage(await bench.authorize(clientId), 'does not let this application connect');
    expect(bench.fetches('/disabled')).toBe(1);
  });
});

describe('an administrator', () => {
  const context = { ip: '203.0.113.7' };
  const actor = async (role: 'admin' | 'user') => {
    const email = `${role}-${Math.random()}@example.org`;
    const { id } = await server.app.get(UsersService).create({ email, password: 'a long password', role });
    return { userId: id, email, role, clientId: null };
  };

  it('allows and denies hosts, from one moment to the next', async () => {
    const rules = server.app.get(ClientHostRules);
    const admin = await actor('admin');
    const clientId = documents.publish('/ruled', APP);
    const browser = new Browser(server.base);
    await browser.signIn();
    const pending = await browser.get(TestClient.ofDocument(server.base, clientId, CALLBACK).authorizePath());
    expect(pending.status).toBe(303);

    await rules.set(admin, 'LOCALHOST', 'deny', context);
    expectErrorPage(await bench.authorize(clientId), 'does not let this application connect');
    expectErrorPage(await browser.get(pending.location ?? ''), 'does not let this application connect');
    await rules.set(admin, 'localhost', 'allow', context);
    expect((await bench.authorize(clientId)).status).toBe(303);
    await rules.set(admin, '*.example.com', 'allow', context);
    await rules.remove(admin, 'localhost', context);
    const before = documents.connections();
    expectErrorPage(
      await bench.authorize(documents.publish('/ruled/new', APP)),
      'does not let this application',
    );
    expect(documents.connections()).toBe(before);
    expect((await rules.list(admin)).map(({ host, rule }) => ({ host, rule }))).toEqual([
      { host: '*.example.com', rule: 'allow' },
    ]);
    expect((await TestClient.register(server.base)).clientId).toMatch(/^mrc_/);
    await rules.remove(admin, '*.example.com', context);
    expect((await bench.authorize(clientId)).status).toBe(303);

    const audited = await server.dataSource.query<{ details: object }[]>(
      `SELECT details FROM audit_records WHERE type = 'client_host.rule_changed' AND actor_id = $1 ORDER BY id`,
      [admin.userId],
    );
    expect(audited.map(({ details }) => details)).toEqual([
      { host: 'localhost', rule: 'deny' },
      { host: 'localhost', rule: 'allow' },
      { host: '*.example.com', rule: 'allow' },
      { host: 'localhost', rule: null },
      { host: '*.example.com', rule: null },
    ]);
  });

  it('is the only one who may, and is told what is no host', async () => {
    const rules = server.app.get(ClientHostRules);
    const user = await actor('user');
    const admin = await actor('admin');
    await expect(rules.set(user, 'a.example', 'deny', context)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(rules.remove(user, 'a.example', context)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(rules.list(user)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(rules.set(admin, 'https://a.example/', 'deny', context)).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await expect(rules.remove(admin, 'a.example', context)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('lets errors go straight back to a host on the list', async () => {
    const rules = server.app.get(ClientHostRules);
    const admin = await actor('admin');
    const client = await TestClient.register(server.base, { redirect_uris: [CALLBACK] });
    const wrong = () => new Browser(server.base).get(client.authorizePath({ response_type: undefined }));
    expect((await wrong()).status).toBe(400);
    await rules.set(admin, 'app.example', 'allow', context);
    const page = await wrong();
    await rules.remove(admin, 'app.example', context);
    expect(page.status).toBe(303);
    expect(page.location).toMatch(/^https:\/\/app\.example\/cb\?error=invalid_request/);
  });
});

it('forgets clients that nobody connected, but not one that somebody decides about or that is disabled', async () => {
  const ids = ['/sweep/old', '/sweep/disabled', '/sweep/pending', '/sweep/used'].map((path) =>
    documents.publish(path, APP),
  );
  for (const id of ids) await bench.authorize(id);
  await server.dataSource.query(`UPDATE oauth_clients SET created_at = now() - interval '25 hours'`);
  await server.dataSource.query(
    `DELETE FROM oauth_authorization_requests r USING oauth_clients c
     WHERE c.id = r.client_id AND c.client_id <> $1`,
    [ids[2]],
  );
  await server.dataSource.query('UPDATE oauth_clients SET disabled_at = now() WHERE client_id = $1', [
    ids[1],
  ]);
  await server.dataSource.query('UPDATE oauth_clients SET last_used_at = now() WHERE client_id = $1', [
    ids[3],
  ]);
  await server.app.get(ClientsService).deleteStale(new Date());
  const left = await Promise.all(ids.map(async (id) => (await bench.stored(id)) !== undefined));
  expect(left).toEqual([false, true, true, true]);
});

describe('with other settings', () => {
  let other: OAuthApp | undefined;
  afterEach(() => other?.close());

  it(
    'private addresses are refused, and look like names that do not exist',
    async () => {
      other = await startTrustingApp({ ALLOW_PRIVATE_URLS: 'false' });
      const before = documents.connections();
      const { port } = new URL(documents.origin);
      expectErrorPage(
        await bench.authorize(`${documents.origin}/x`, CALLBACK, other.base),
        'not on the public internet',
      );
      // The machine's own name resolves, to an address that is not public, without asking a name server.
      const own = await bench.authorize(`https://${hostname()}:${port}/x`, CALLBACK, other.base);
      expectErrorPage(own, 'has no public address');
      const none = await bench.authorize('https://no-such-host.invalid/x', CALLBACK, other.base);
      expectErrorPage(none, 'has no public address');
      expect(documents.connections()).toBe(before);
    },
    START_LIMIT_MS,
  );

  it(
    'a host is asked for five documents a minute, and not shut out by made-up ones',
    async () => {
      const base = (other = await startTrustingApp({ RATE_LIMIT_CLIENT_DOCUMENT_PER_MINUTE: '5' })).base;
      const host = await startDocumentServer();
      const good = host.publish('/good', APP);
      expect((await bench.authorize(good, CALLBACK, base)).status).toBe(303);
      for (let index = 0; index < 4; index += 1) {
        expect((await bench.authorize(`${host.origin}/${index}`, CALLBACK, base)).status).toBe(400);
      }
      const limited = await bench.authorize(`${host.origin}/one-more`, CALLBACK, base);
      expect(limited.status).toBe(429);
      expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
      await other.dataSource.query(`UPDATE oauth_clients SET document_expires_at = now()`);
      await sleep(10);
      expect((await bench.authorize(good, CALLBACK, base)).status).toBe(303);
      expect(host.requests).toEqual(['/good', '/0', '/1', '/2', '/3', '/good']);
      await host.close();
    },
    START_LIMIT_MS,
  );

  it(
    'the whole way can be off, and private schemes, too',
    async () => {
      other = await startTrustingApp({
        CLIENT_ID_METADATA_DOCUMENTS: 'false',
        PRIVATE_REDIRECT_SCHEMES: 'false',
      });
      const before = documents.connections();
      const page = await bench.authorize(documents.publish('/off', APP), CALLBACK, other.base);
      expectErrorPage(page, 'does not know the application');
      expect(documents.connections()).toBe(before);
      const discovery = await fetch(`${other.base}/.well-known/oauth-authorization-server`);
      expect(await discovery.json()).not.toHaveProperty('client_id_metadata_document_supported');
      await expect(TestClient.register(other.base, { redirect_uris: ['cursor://a/cb'] })).rejects.toThrow(
        /400.*invalid_redirect_uri/,
      );
    },
    START_LIMIT_MS,
  );

  it('is announced when it is on', async () => {
    const discovery = await fetch(`${server.base}/.well-known/oauth-authorization-server`);
    expect(await discovery.json()).toMatchObject({ client_id_metadata_document_supported: true });
  });
});
