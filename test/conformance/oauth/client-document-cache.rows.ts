import { startDocumentServer } from '../../support/document-server.js';
import { bearer, Browser, callMcp } from '../../support/oauth-client.js';
import { ADMIN, type Bench } from './bench.js';
import { APP, CALLBACK, useClientDocuments } from './client-documents.js';
import { expectRefusal } from './pages.js';
import { row } from './row.js';

/** Rows C12 to C14: how long a document holds, when it is needed, and who may have one. */
export function clientDocumentCacheRows(bench: () => Bench): void {
  const { server, client, authorize } = useClientDocuments(bench);
  const fetches = (path: string) => server().requests.filter((asked) => asked === path).length;

  /** Lets the time of a stored document pass. */
  const age = (clientId: string, minutes: number) =>
    bench().sql(
      `UPDATE oauth_clients SET document_fetched_at = document_fetched_at - $2 * interval '1 minute',
         document_expires_at = document_expires_at - $2 * interval '1 minute' WHERE client_id = $1`,
      [clientId, minutes],
    );

  row(
    {
      id: 'C12',
      level: 'SHOULD',
      source: 'draft-ietf-oauth-client-id-metadata-document §4.3, RFC 9111 §4.2',
      rule: 'A document holds as long as its host says, but at least 5 minutes and at most a day; errors are not kept; a redirect URI that is taken out of it is refused from then on.',
    },
    async () => {
      const cases: [string, string | undefined, number][] = [
        ['ten-minutes', 'max-age=600', 10],
        ['a-second', 'max-age=1', 5],
        ['nothing', 'no-store', 5],
        ['a-year', 'public, max-age=31536000', 24 * 60],
        ['unsaid', undefined, 60],
      ];
      for (const [name, cacheControl, minutes] of cases) {
        const path = `/c12/${name}`;
        const clientId = server().publish(path, APP, cacheControl ? { 'cache-control': cacheControl } : {});
        expect((await authorize(clientId)).status).toBe(303);
        await age(clientId, minutes - 1);
        expect((await authorize(clientId)).status).toBe(303);
        expect({ name, fetches: fetches(path) }).toEqual({ name, fetches: 1 });
        await age(clientId, 2);
        expect((await authorize(clientId)).status).toBe(303);
        expect({ name, fetches: fetches(path) }).toEqual({ name, fetches: 2 });
      }

      const broken = server().route('/c12/broken', (_, response) => response.writeHead(503).end());
      expectRefusal('broken', await authorize(broken));
      server().publish('/c12/broken', APP);
      expect((await authorize(broken)).status).toBe(303);

      const gone = 'https://app.example/gone';
      const shrinking = server().publish('/c12/shrinking', { ...APP, redirect_uris: [CALLBACK, gone] });
      expect((await authorize(shrinking, gone)).status).toBe(303);
      server().publish('/c12/shrinking', APP);
      await age(shrinking, 61);
      expectRefusal('gone', await authorize(shrinking, gone));
      expect((await authorize(shrinking)).status).toBe(303);

      // A document that went bad does not fall back to what it said before.
      server().route('/c12/shrinking', (_, response) => response.writeHead(500).end());
      await age(shrinking, 61);
      expectRefusal('went bad', await authorize(shrinking));
    },
  );

  row(
    {
      id: 'C13',
      level: 'policy',
      source: 'MCP authorization; a token must not depend on a third host',
      rule: 'Tokens are exchanged, refreshed and revoked with the stored client: the host of the document may be gone.',
    },
    async () => {
      const host = await startDocumentServer();
      const clientId = host.publish('/c13', APP);
      const app = client(clientId);
      const code = await app.code(new Browser(bench().base), { scope: 'mcp offline_access' });
      const asked = host.requests.length;
      await host.close();
      await age(clientId, 48 * 60);
      const redeemed = await app.redeem(code);
      expect(redeemed.status).toBe(200);
      const refreshed = await app.refresh(redeemed.body.refresh_token as string);
      expect(refreshed.status).toBe(200);
      const accessToken = refreshed.body.access_token as string;
      expect((await callMcp(bench().base, bearer(accessToken))).status).toBe(200);
      expect((await app.revoke({ token: refreshed.body.refresh_token as string })).status).toBe(200);
      expect((await callMcp(bench().base, bearer(accessToken))).status).toBe(401);
      expect(host.requests).toHaveLength(asked);
    },
  );

  row(
    {
      id: 'C14',
      level: 'policy',
      source: 'MCP authorization (trust policies), draft-ietf-oauth-client-id-metadata-document §6.4',
      rule: 'Administrators allow and deny the hosts of documents; a rule holds at once on every replica, also for a request that waits for consent, and is on record.',
    },
    async () => {
      const key = await adminKey(bench());
      const rules = async (method: string, host = '', body?: object): Promise<number> => {
        const headers = { authorization: `Key ${key}`, ...(body && { 'content-type': 'application/json' }) };
        const url = `${bench().base}/admin/oauth/client-hosts${host && `/${host}`}`;
        return (await fetch(url, { method, headers, body: body && JSON.stringify(body) })).status;
      };
      const clientId = server().publish('/c14', APP);
      const browser = new Browser(bench().base);
      await browser.signIn();
      const waiting = (await browser.get(client(clientId).authorizePath())).location ?? '';
      const onBoth = async () => [
        (await authorize(clientId)).status,
        (await authorize(clientId, CALLBACK, bench().secondReplica)).status,
      ];
      try {
        expect(await rules('PUT', 'localhost', { rule: 'deny' })).toBe(200);
        expect(await onBoth()).toEqual([400, 400]);
        expectRefusal('waiting for consent', await browser.get(waiting));
        expect(await rules('PUT', 'localhost', { rule: 'allow' })).toBe(200);
        expect(await onBoth()).toEqual([303, 303]);
        expect(await rules('PUT', '*.example.com', { rule: 'allow' })).toBe(200);
        expect(await rules('DELETE', 'localhost')).toBe(204);
        const before = server().connections();
        expect(await onBoth()).toEqual([400, 400]);
        expect(server().connections()).toBe(before);
      } finally {
        await rules('DELETE', 'localhost');
        await rules('DELETE', '*.example.com');
      }
      expect(await onBoth()).toEqual([303, 303]);
      const audited = await bench().sql<{ details: object }>(
        `SELECT details FROM audit_records WHERE type = 'client_host.rule_changed'
           AND details ->> 'host' IN ('localhost', '*.example.com') ORDER BY id`,
      );
      expect(audited.map(({ details }) => details)).toEqual([
        { host: 'localhost', rule: 'deny' },
        { host: 'localhost', rule: 'allow' },
        { host: '*.example.com', rule: 'allow' },
        { host: 'localhost', rule: null },
        { host: '*.example.com', rule: null },
      ]);
      const anonymous = await fetch(`${bench().base}/admin/oauth/client-hosts`);
      expect(anonymous.status).toBe(401);
    },
  );
}

async function adminKey(bench: Bench): Promise<string> {
  const output = await bench.admin(
    'key',
    'create',
    '--email',
    ADMIN.email,
    '--name',
    'hosts',
    '--role',
    'admin',
  );
  const [key = ''] = /mrk_[\w-]{43}/.exec(output) ?? [];
  bench.ledger.add('API key', key);
  return key;
}
