import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../../apps/demo/src/own-server.js';
import {
  type DocumentServer,
  drip,
  type Route,
  sendForever,
  sendJson,
} from '../../support/document-server.js';
import { Browser, type Page, TestClient } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { APP, CALLBACK, useClientDocuments } from './client-documents.js';
import { expectRefusal } from './pages.js';
import { row } from './row.js';

const CIMD = 'draft-ietf-oauth-client-id-metadata-document';

/** Rows C5 to C7: what this server does to have a document, and what not. */
export function clientDocumentFetchRows(bench: () => Bench): void {
  const { server, authorize, expectRefused } = useClientDocuments(bench);

  row(
    {
      id: 'C5',
      level: 'MUST NOT',
      source: `${CIMD} §5`,
      rule: 'A redirect of the document’s host is not followed, and any answer but 200 is an error.',
    },
    async () => {
      server().publish('/c5/target', APP);
      for (const status of [301, 302, 303, 307, 308]) {
        const location = `${server().origin}/c5/target`;
        const clientId = server().route(`/c5/${status}`, (_, response) =>
          response
            .writeHead(status, { location, 'content-type': 'application/json' })
            .end(JSON.stringify(APP)),
        );
        await expectRefused(clientId, /redirects to another address/);
      }
      for (const status of [201, 203, 206, 304, 404, 500]) {
        const path = `/c5/${status}`;
        const clientId = server().route(path, (_, response) => {
          response.writeHead(status, { 'content-type': 'application/json' });
          response.end(JSON.stringify({ ...APP, client_id: server().origin + path }));
        });
        await expectRefused(clientId, /answered with status|redirects/);
      }
      expect(server().requests).not.toContain('/c5/target');
    },
  );

  row(
    {
      id: 'C6',
      level: 'MUST',
      source: `${CIMD} §6.5, RFC 6890, OWASP SSRF`,
      rule: 'A host whose name resolves to an address that is not public is not connected to, whatever the second lookup says; the page does not tell a private name from one that does not exist.',
    },
    () => expectNoPrivateConnection(bench(), server()),
    120_000,
  );

  row(
    {
      id: 'C7',
      level: 'SHOULD',
      source: `${CIMD} §6.6`,
      rule: 'A document of more than 5 KB or without end, and a host that takes longer than 5 seconds, are given up; few are fetched at once, and one document once for all who wait for it.',
    },
    async () => {
      const json = { 'content-type': 'application/json' };
      const padded = (bytes: number) => {
        const path = `/c7/${bytes}`;
        const rest = JSON.stringify({ ...APP, client_id: server().origin + path, padding: '' }).length;
        return server().publish(path, { ...APP, padding: 'x'.repeat(bytes - rest) });
      };
      expect((await authorize(padded(5 * 1024 - 20))).status).toBe(303);
      await expectRefused(padded(5 * 1024 + 20), /more than 5 KB/);
      await expectRefused(server().route('/c7/endless', sendForever), /more than 5 KB/);
      const announced = server().route('/c7/announced', (_, response) =>
        response.writeHead(200, { ...json, 'content-length': 300_000_000 }).flushHeaders(),
      );
      await expectRefused(announced, /more than 5 KB/);
      for (const [name, slow] of [
        ['drip', drip],
        ['silent', () => undefined],
      ] as [string, Route][]) {
        const before = Date.now();
        await expectRefused(server().route(`/c7/${name}`, slow), /within 5 seconds/);
        expect(Date.now() - before).toBeLessThan(8_000);
      }
      const { most, requests, statuses } = await crowd(server(), (id) => authorize(id));
      expect(statuses).toEqual(Array(30).fill(303));
      expect(requests).toBe(15);
      expect(most).toBeLessThanOrEqual(8);
    },
    90_000,
  );
}

/** Fifteen documents, each asked for by two people at the same time. */
async function crowd(documents: DocumentServer, authorize: (clientId: string) => Promise<Page>) {
  let open = 0;
  let most = 0;
  let requests = 0;
  const ids = Array.from({ length: 15 }, (_, index) => {
    const path = `/c7/crowd/${index}`;
    return documents.route(path, (request, response) => {
      requests += 1;
      most = Math.max(most, (open += 1));
      setTimeout(() => {
        open -= 1;
        sendJson({ ...APP, client_id: documents.origin + path })(request, response);
      }, 700);
    });
  });
  const pages = await Promise.all([...ids, ...ids].map(authorize));
  return { most, requests, statuses: pages.map(({ status }) => status) };
}

/** Addresses that no name may lead to. Those of this machine would reach the document server if they were used. */
const NOT_PUBLIC: Record<string, string[]> = {
  'loopback.test': ['127.0.0.1'],
  'loopback6.test': ['::1'],
  'this-host.test': ['0.0.0.0'],
  'mapped.test': ['::ffff:127.0.0.1'],
  'private10.test': ['10.0.0.7'],
  'private172.test': ['172.16.0.1'],
  'private192.test': ['192.168.1.1'],
  'link-local.test': ['169.254.169.254'],
  'link-local6.test': ['fe80::1'],
  'unique-local.test': ['fd00::1'],
  'cgnat.test': ['100.64.0.1'],
  'nat64.test': ['64:ff9b::7f00:1'],
  'six-to-four.test': ['2002:7f00:1::'],
  'mixed.test': ['93.184.215.14', '127.0.0.1'],
};

/** First a public address, for a check, and then this machine, for the connection; and the other way round. */
const REBINDING = {
  'rebind.test': [['93.184.215.14'], ['127.0.0.1']],
  'rebind-back.test': [['127.0.0.1'], ['93.184.215.14'], ['127.0.0.1']],
};

async function expectNoPrivateConnection(bench: Bench, documents: DocumentServer): Promise<void> {
  const constant = Object.entries(NOT_PUBLIC).map(([name, addresses]) => [name, [addresses]]);
  const names = { ...Object.fromEntries(constant), ...REBINDING };
  const start = (ALLOW_PRIVATE_URLS: string) =>
    bench.startServer(
      { ALLOW_PRIVATE_URLS, NAME_ANSWERS: JSON.stringify(names) },
      { execArgv: ['--import', pathToFileURL(join(ROOT, 'test/support/name-answers.mjs')).href] },
    );
  const [guarded, open] = await Promise.all([start('false'), start('true')]);
  const { port } = new URL(documents.origin);
  const authorize = (clientId: string, { url } = guarded) =>
    new Browser(url).get(TestClient.ofDocument(url, clientId, CALLBACK).authorizePath());

  // Names do lead to this machine where private addresses are allowed.
  const reachable = `https://loopback.test:${port}/reachable`;
  documents.route('/reachable', sendJson({ ...APP, client_id: reachable }));
  expect((await authorize(reachable, open)).status).toBe(303);

  const before = documents.connections();
  const texts = new Set<string>();
  for (const name of [...Object.keys(NOT_PUBLIC), 'no-such-host.invalid']) {
    const page = await authorize(`https://${name}:${port}/c6`);
    expectRefusal(name, page);
    const [, text = page.body] = /<p class="lead">([^<]*)<\/p>/.exec(page.body) ?? [];
    texts.add(text.replaceAll(name, 'HOST'));
  }
  expect([...texts]).toEqual([expect.stringContaining('has no public address')]);
  for (const name of Object.keys(REBINDING))
    expectRefusal(name, await authorize(`https://${name}:${port}/c6`));
  for (const name of ['localhost', 'db.localhost', 'printer.local', 'metadata.google.internal']) {
    const page = await authorize(`https://${name}:${port}/c6`);
    expectRefusal(name, page);
    expect(page.body).toContain('is not on the public internet');
  }
  expect(documents.connections()).toBe(before);
}
