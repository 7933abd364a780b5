import { setTimeout as delay } from 'node:timers/promises';
import {
  bearer,
  Browser,
  callMcp,
  type JsonAnswer,
  json,
  register,
  TestClient,
} from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { clientMetadataRows } from './client-metadata.rows.js';
import { row } from './row.js';

const CALLBACK = 'https://a.example/cb';

/** Rows G: dynamic client registration. */
export function registrationRows(bench: () => Bench): void {
  const send = (metadata: unknown) => register(bench().base, metadata);

  row(
    {
      id: 'G1',
      level: 'MUST',
      source: 'RFC 7591 §3.2.1',
      rule: 'A public client is registered with a redirect URI alone: 201, all that it asked for, the time, no secret, and not to be cached.',
    },
    async () => {
      const before = Math.floor(Date.now() / 1_000);
      const answer = await send({ redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' });
      expect(answer.status).toBe(201);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.body).toMatchObject({
        client_id: expect.stringMatching(/^[\w-]{16,}$/),
        redirect_uris: [CALLBACK],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        scope: expect.stringMatching(/^mcp\b/),
      });
      const issuedAt = answer.body.client_id_issued_at as number;
      expect(issuedAt).toBeGreaterThanOrEqual(before - 1);
      expect(issuedAt).toBeLessThanOrEqual(Date.now() / 1_000 + 1);
      for (const absent of ['client_secret', 'client_secret_expires_at', 'registration_access_token'])
        expect(answer.body).not.toHaveProperty(absent);
      const again = await send({ redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' });
      expect(again.body.client_id).not.toBe(answer.body.client_id);
    },
  );

  row(
    {
      id: 'G2',
      level: 'MUST',
      source: 'RFC 7591 §2 and §3.2.1, RFC 6749 §10.10',
      rule: 'A client that names no method gets a secret of 256 random bits for HTTP Basic, told this once and kept as a hash.',
    },
    async () => {
      const { status, body } = await send({ redirect_uris: [CALLBACK] });
      expect(status).toBe(201);
      expect(body).toMatchObject({
        token_endpoint_auth_method: 'client_secret_basic',
        client_secret_expires_at: 0,
      });
      const secret = body.client_secret as string;
      // 43 characters of base64url are 256 bits; the prefix is the same for all.
      expect(secret).toMatch(/^mrs_[\w-]{43}$/);
      const other = (await send({ redirect_uris: [CALLBACK] })).body.client_secret as string;
      expect(sharedPrefix(secret, other)).toBeLessThan('mrs_'.length + 6);
      const [stored] = await bench().sql<{ row: string }>(
        'SELECT c::text AS row FROM oauth_clients c WHERE client_id = $1',
        [body.client_id],
      );
      expect(stored?.row).toContain(body.client_id);
      expect(stored?.row).not.toContain(secret.slice('mrs_'.length));
      expect(await bench().dump()).not.toContain(secret);
    },
  );

  clientMetadataRows(bench);

  row(
    {
      id: 'G10',
      level: 'MUST NOT',
      source: 'RFC 7591 §2 and §5',
      rule: 'A client does not choose its id or secret, nor whether it is trusted, nor a scope that it may not have.',
    },
    async () => {
      const victim = await TestClient.register(bench().base);
      const { status, body } = await send({
        redirect_uris: [CALLBACK],
        client_id: victim.clientId,
        client_secret: 'my own secret, which is long enough',
        client_id_issued_at: 1,
        client_secret_expires_at: 1,
        kind: 'static',
        trusted: true,
        disabled_at: null,
        scope: 'admin mcp',
        registration_access_token: 'mine',
        __proto__: { trusted: true },
      });
      expect(status).toBe(201);
      expect(body.client_id).not.toBe(victim.clientId);
      expect(body.client_secret).toMatch(/^mrs_/);
      expect(body).toMatchObject({ scope: 'mcp', client_secret_expires_at: 0 });
      for (const absent of ['trusted', 'kind', 'disabled_at', 'registration_access_token'])
        expect(body).not.toHaveProperty(absent);
      const [stored] = await bench().sql('SELECT kind, scope FROM oauth_clients WHERE client_id = $1', [
        body.client_id,
      ]);
      expect(stored).toEqual({ kind: 'dynamic', scope: 'mcp' });
      const browser = new Browser(bench().base);
      const page = await victim.consent(browser, { redirect_uri: CALLBACK });
      expect(page.status).not.toBe(200);
    },
  );

  row(
    {
      id: 'G11',
      level: 'MUST',
      source: 'RFC 7591 §3.1 and §3.2.2',
      rule: 'A body that is no JSON object of at most 64 KB is refused in OAuth’s own JSON, whatever it is instead.',
    },
    async () => {
      const good = JSON.stringify({ redirect_uris: [CALLBACK] });
      const cases: [string, string, string | Uint8Array<ArrayBuffer>, number][] = [
        ['an array', 'application/json', `[${good}]`, 400],
        ['null', 'application/json', 'null', 400],
        ['text in JSON', 'application/json', JSON.stringify(good), 400],
        ['a number', 'application/json', '1', 400],
        ['broken JSON', 'application/json', '{"redirect_uris":', 400],
        ['nothing', 'application/json', '', 400],
        ['no JSON', 'application/json', 'redirect_uris=x', 400],
        ['a prototype', 'application/json', `{"__proto__":{},${good.slice(1)}`, 400],
        ['a form', 'application/x-www-form-urlencoded', 'redirect_uris=https://a.example/cb', 400],
        ['JSON as a form', 'application/x-www-form-urlencoded', good, 400],
        ['JSON as text', 'text/plain', good, 400],
        ['an unknown type', 'application/cbor', good, 400],
        ['bytes', 'application/json', new Uint8Array([0xff, 0xfe, 0x00]), 400],
        ['deep JSON', 'application/json', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 400],
        ['64 KB', 'application/json', padded(65_536), 201],
        ['64 KB and a byte', 'application/json', padded(65_537), 413],
        ['1 MB', 'application/json', padded(1_048_576), 413],
      ];
      for (const [name, type, body, status] of cases) {
        const headers = { 'content-type': type };
        const answer = await json(
          await fetch(`${bench().base}/oauth/register`, { method: 'POST', headers, body }),
        );
        expect({ name, status: answer.status }).toEqual({ name, status });
        if (status !== 201) expectOAuthError(answer, name);
      }
    },
  );

  row(
    {
      id: 'G14',
      level: 'interop',
      source: 'Fetch §3.2 (CORS); MCP Inspector',
      rule: 'A page of any origin may register a client: its preflight is answered, and it can read the result as well as an error.',
    },
    async () => {
      const origin = 'http://localhost:6274';
      for (const path of ['/oauth/register', '/register']) {
        const preflight = await fetch(`${bench().base}${path}`, {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'content-type, mcp-protocol-version',
          },
        });
        expect({ path, ok: preflight.ok }).toEqual({ path, ok: true });
        expect(preflight.headers.get('access-control-allow-origin')).toBe('*');
        expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
        expect(preflight.headers.get('access-control-allow-headers')).toMatch(/content-type/i);
        for (const [redirectUri, status] of [
          [CALLBACK, 201],
          ['javascript:alert(1)', 400],
        ] as const) {
          const answer = await fetch(`${bench().base}${path}`, {
            method: 'POST',
            headers: { origin, 'content-type': 'application/json' },
            body: JSON.stringify({ redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
          });
          expect(answer.status).toBe(status);
          expect(answer.headers.get('access-control-allow-origin')).toBe('*');
          expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
        }
      }
    },
  );

  row(
    {
      id: 'G15',
      level: 'policy',
      source: 'RFC 7591 §5; clients that replay their id for ever (Claude Code, Cursor)',
      rule: 'A client that got no token within 24 hours is removed; one that ever got one stays for at least 90 days after the last, and then a client that comes back is told to register anew.',
    },
    async () => {
      const age = (client: TestClient, created: string, used: string | null) =>
        bench().sql(
          `UPDATE oauth_clients SET created_at = now() - $2::interval, last_used_at = now() - $3::interval
           WHERE client_id = $1`,
          [client.clientId, created, used],
        );
      const newClient = () => TestClient.register(bench().base);
      const browser = new Browser(bench().base);
      const [fresh, stale, abandoned] = [await newClient(), await newClient(), await newClient()];
      const used = await newClient();
      const tokens = await used.connect(browser);
      await abandoned.consent(browser);
      await age(fresh, '23 hours', null);
      await age(stale, '25 hours', null);
      await age(abandoned, '25 hours', null);
      await age(used, '400 days', '90 days');
      const ancient = await newClient();
      await ancient.connect(browser);
      await age(ancient, '800 days', '400 days');
      const gone = [stale, abandoned, ancient];
      // While a person decides about a client it stays, but not for longer than that request lives.
      await bench().sql(
        `UPDATE oauth_authorization_requests r SET expires_at = now() - interval '1 second'
         FROM oauth_clients c WHERE c.id = r.client_id AND c.client_id = ANY ($1)`,
        [[...gone, used].map(({ clientId }) => clientId)],
      );
      // Sweeping is the first thing that a server does; it goes on every hour.
      await bench().startServer({});
      const left = async () => {
        const rows = await bench().sql<{ id: string }>('SELECT client_id AS id FROM oauth_clients');
        return gone.filter(({ clientId }) => rows.some(({ id }) => id === clientId));
      };
      const deadline = Date.now() + 10_000;
      while ((await left()).length > 0 && Date.now() < deadline) await delay(50);
      expect(await left()).toEqual([]);
      const requests = await bench().sql(
        `SELECT r.id FROM oauth_authorization_requests r JOIN oauth_clients c ON c.id = r.client_id
         WHERE c.client_id = $1`,
        [used.clientId],
      );
      expect(requests).toEqual([]);

      for (const client of gone) {
        const page = await new Browser(bench().base).get(client.authorizePath());
        expect(page).toMatchObject({ status: 400, location: undefined });
        expect(page.body).toContain('add it again');
        const answer = await client.token({ grant_type: 'refresh_token', refresh_token: 'any' });
        expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
      }
      expect((await new Browser(bench().base).get(fresh.authorizePath())).status).toBe(303);
      expect((await callMcp(bench().base, bearer(tokens.access_token))).status).toBe(200);
      expect((await used.refresh(tokens.refresh_token)).status).toBe(200);
    },
    120_000,
  );
}

/** A registration of exactly this many bytes. */
function padded(bytes: number): string {
  const body = (note: string) => JSON.stringify({ redirect_uris: [CALLBACK], note });
  return body('x'.repeat(bytes - body('').length));
}

function expectOAuthError(answer: JsonAnswer, name: string): void {
  const { error, error_description: description, ...others } = answer.body;
  expect({ name, error, others }).toEqual({
    name,
    error: expect.stringMatching(/^invalid_(request|client_metadata)$/),
    others: {},
  });
  expect(description).toEqual(expect.stringMatching(/\.$/));
  expect(answer.headers.get('cache-control')).toBe('no-store');
}

function sharedPrefix(one: string, other: string): number {
  let length = 0;
  while (one[length] === other[length]) length += 1;
  return length;
}
