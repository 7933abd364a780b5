import { setTimeout as sleep } from 'node:timers/promises';
import { UsersService } from '#libs/accounts';
import { type DocumentServer, sendJson, startDocumentServer } from '../../../test/support/document-server.js';
import { ClientsService } from '../src/clients/clients.service.js';
import { ClientHostRules } from '../src/clients/hosts/client-host-rules.service.js';
import { APP, CALLBACK, DocumentBench, expectErrorPage, startTrustingApp } from './document-bench.js';
import { type OAuthApp, START_LIMIT_MS } from './oauth-app.js';

/** Beside rows C1–C14 of test/conformance/oauth. */
let bench: DocumentBench;
let documents: DocumentServer;
let server: OAuthApp;

beforeAll(async () => {
  bench = await DocumentBench.start();
  ({ documents, server } = bench);
}, START_LIMIT_MS);

afterAll(() => bench.stop());

describe('the cache', () => {
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

describe('a disabled client', () => {
  it('stays so, and its document is not fetched anew', async () => {
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
});
