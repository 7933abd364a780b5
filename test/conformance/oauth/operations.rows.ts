import { randomBytes, randomUUID } from 'node:crypto';
import {
  bearer,
  Browser,
  callMcp,
  consentPage,
  form,
  hiddenFields,
  json,
  type JsonAnswer,
  register,
  TestClient,
  USER,
} from '../../support/oauth-client.js';
import { administrationRows } from './administration.rows.js';
import type { Bench } from './bench.js';
import { row } from './row.js';
import { expectOAuthError, FORM, post } from './token-requests.js';

const METADATA = { redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none' };

/** What no body may tell: code, queries, tables, files. */
const INSIDES =
  /\bat [\w.]+ \(|\.[jt]s:\d|node_modules|SELECT |INSERT |relation "|QueryFailed|Exception|oauth_\w+s\b/;

/** An address that nobody else in this run comes from (RFC 5737, RFC 3849). */
const anAddress = () => `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}::1`;

/** Seconds that a refusal asks to wait; it must be there. */
function waitOf(headers: Headers): number {
  const seconds = headers.get('retry-after') ?? '';
  expect(seconds).toMatch(/^[1-9]\d*$/);
  return Number(seconds);
}

/** Rows G12, U14, X3 to X7, X9 and R13: limits, errors and headers, audit, administration. */
export function operationsRows(bench: () => Bench): void {
  limitRows(bench);
  hygieneRows(bench);
  administrationRows(bench);
}

function limitRows(bench: () => Bench): void {
  row(
    {
      id: 'G12',
      level: 'MUST',
      source: 'RFC 7591 §5, RFC 6585 §4',
      rule: 'More registrations than the limit from one address, or from one IPv6 /64: 429 with Retry-After, as OAuth JSON that scripts can read; other addresses go on.',
    },
    async () => {
      const { url } = await bench().startServer({
        TRUST_PROXY: 'loopback',
        RATE_LIMIT_REGISTER_PER_HOUR: '3',
      });
      const from = (address: string) =>
        post(`${url}/oauth/register`, JSON.stringify(METADATA), {
          'content-type': 'application/json',
          origin: 'http://localhost:6274',
          'x-forwarded-for': address,
        });
      const address = anAddress();
      for (const suffix of ['1', '2', 'abcd']) {
        const answer = await from(address.replace(/1$/, suffix));
        expect(answer.status).toBe(201);
      }
      const refused = await from(address);
      expect(refused.status).toBe(429);
      expectOAuthError('register', refused);
      expect(waitOf(refused.headers)).toBeLessThanOrEqual(3_600);
      expect(refused.headers.get('access-control-allow-origin')).toBe('*');
      expect(refused.headers.get('access-control-expose-headers')).toMatch(/retry-after/i);
      expect((await from(anAddress())).status).toBe(201);
    },
  );

  row(
    {
      id: 'U14',
      level: 'MUST',
      source: 'OWASP ASVS 5.0 §6.3.1, RFC 6585 §4',
      rule: 'Failed sign-ins are limited per account and per address: a page with 429 and Retry-After, even for the right password, also after the server was killed and started anew; other accounts and addresses go on.',
    },
    async () => {
      const settings = {
        TRUST_PROXY: 'loopback',
        RATE_LIMIT_LOGIN_PER_ACCOUNT: '3',
        RATE_LIMIT_LOGIN_PER_ADDRESS: '5',
      };
      const email = `${randomUUID()}@example.org`;
      await bench().admin('user', 'create', '--email', email, '--password', USER.password);
      const [guesser, owner] = [anAddress(), anAddress()];
      const first = await bench().startServer(settings);
      for (let attempt = 0; attempt < 3; attempt += 1)
        expect((await signIn(first.url, guesser, email, `guess ${attempt}`)).status).toBe(401);
      await first.stop('SIGKILL');

      const { url } = await bench().startServer(settings);
      for (const from of [guesser, owner]) {
        const refused = await signIn(url, from, email.toUpperCase(), USER.password);
        expect(refused.status).toBe(429);
        expect(waitOf(refused.headers)).toBeLessThanOrEqual(900);
        expect(refused.headers.get('content-type')).toContain('text/html');
      }
      expect((await signIn(url, owner, USER.email, USER.password)).status).toBe(303);
      // Three guesses and the refused one are four; the fifth is the last.
      expect((await signIn(url, guesser, 'nobody@example.org', 'a guess')).status).toBe(401);
      expect((await signIn(url, guesser, USER.email, USER.password)).status).toBe(429);
    },
    120_000,
  );

  row(
    {
      id: 'X4',
      level: 'MUST',
      source: 'OWASP ASVS 5.0 §4.1.3, RFC 7239 §8.1',
      rule: 'Forwarding headers of a peer that is no trusted proxy change nothing; of a trusted one the right-most address that is not trusted itself counts.',
    },
    async () => {
      const limit = { RATE_LIMIT_REGISTER_PER_HOUR: '2' };
      const direct = await bench().startServer(limit, { ownDatabase: true });
      const send = (url: string, headers: Record<string, string>) =>
        post(`${url}/oauth/register`, JSON.stringify(METADATA), {
          'content-type': 'application/json',
          ...headers,
        });
      const claims = (address: string) => ({
        'x-forwarded-for': address,
        forwarded: `for="[${address}]"`,
        'x-real-ip': address,
        'true-client-ip': address,
        'cf-connecting-ip': address,
        'fly-client-ip': address,
      });
      const statuses: number[] = [];
      for (let attempt = 0; attempt < 4; attempt += 1)
        statuses.push((await send(direct.url, claims(anAddress()))).status);
      expect(statuses).toEqual([201, 201, 429, 429]);

      const proxied = await bench().startServer({ ...limit, TRUST_PROXY: 'loopback,198.51.100.0/24' });
      const real = anAddress();
      const viaProxies = async (claimed: string, address = real) =>
        (await send(proxied.url, { 'x-forwarded-for': `${claimed}, ${address}, 198.51.100.9` })).status;
      expect([await viaProxies('1.1.1.1'), await viaProxies('2.2.2.2'), await viaProxies('3.3.3.3')]).toEqual(
        [201, 201, 429],
      );
      expect(await viaProxies('1.1.1.1', anAddress())).toBe(201);
    },
    120_000,
  );
}

function hygieneRows(bench: () => Bench): void {
  row(
    {
      id: 'X3',
      level: 'MUST',
      source: 'RFC 8414 §2, RFC 6749 §3.1',
      rule: 'In production a server whose PUBLIC_URL is http and not loopback refuses to start, and says why.',
    },
    async () => {
      const production = (PUBLIC_URL: string) => bench().startServer({ NODE_ENV: 'production', PUBLIC_URL });
      for (const address of ['http://run.example', 'http://192.168.1.5:3000', 'http://localhost.run.example'])
        await expect(production(address)).rejects.toThrow(/PUBLIC_URL: must be https/);
      for (const address of ['https://run.example', 'http://127.0.0.1:3000']) {
        const { url } = await production(address);
        const metadata = await json(await fetch(`${url}/.well-known/oauth-authorization-server`));
        expect(metadata.body.issuer).toBe(address);
      }
    },
    120_000,
  );

  row(
    {
      id: 'X5',
      level: 'MUST',
      source: 'RFC 6749 §5.2, OWASP ASVS 5.0 §16.5.1',
      rule: 'No error tells of code, queries or tables; what nobody foresaw is a 500 `server_error` with a fixed text, and a page at the pages.',
    },
    async () => {
      const { base } = bench();
      const client = await TestClient.register(base);
      const browser = new Browser(base);
      const tokens = await client.connect(browser);
      const token = (fields: Record<string, string>) => post(`${base}/oauth/token`, form(fields), {});
      const grant = { grant_type: 'refresh_token', client_id: client.clientId, refresh_token: 'mrr_x' };
      const wrong: Record<string, () => Promise<JsonAnswer>> = {
        'broken JSON': () => post(`${base}/oauth/register`, '{"a":', { 'content-type': 'application/json' }),
        'no form': () => post(`${base}/oauth/token`, '{}', { 'content-type': 'application/json' }),
        'a prototype': () =>
          post(`${base}/oauth/register`, '{"__proto__":{"a":1}}', { 'content-type': 'application/json' }),
        quotes: () => token({ ...grant, client_id: `'; DROP TABLE users; --` }),
        'half a character': () => post(`${base}/oauth/token`, 'client_id=%E0%A4%A', { 'content-type': FORM }),
        'an unknown type': () => post(`${base}/oauth/token`, 'x', { 'content-type': 'image/png' }),
      };
      for (const [name, send] of Object.entries(wrong)) {
        const answer = await send();
        expect({ name, kind: Math.floor(answer.status / 100) }).toEqual({ name, kind: 4 });
        expectOAuthError(name, answer);
        expect(JSON.stringify(answer.body)).not.toMatch(INSIDES);
      }
      await withBrokenTables(bench(), async () => {
        const failing: Record<string, () => Promise<JsonAnswer>> = {
          token: () => token(grant),
          revoke: () => post(`${base}/oauth/revoke`, form({ ...grant, token: 'x' }), {}),
          register: () => register(base, METADATA),
        };
        for (const [name, send] of Object.entries(failing)) {
          const answer = await send();
          expect({ name, status: answer.status, error: answer.body.error }).toEqual({
            name,
            status: 500,
            error: 'server_error',
          });
          expectOAuthError(name, answer);
          expect(JSON.stringify(answer.body)).not.toMatch(INSIDES);
        }
        const page = await browser.get(client.authorizePath());
        expect(page.status).toBe(500);
        expect(page.headers.get('content-type')).toContain('text/html');
        expect(page.body).not.toMatch(INSIDES);
        const fresh = await callMcp(base, bearer(`${tokens.access_token}x`));
        expect(fresh.status).toBe(500);
        expect(JSON.stringify(fresh.body)).not.toMatch(INSIDES);
      });
      expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
    },
  );

  row(
    {
      id: 'X6',
      level: 'MUST',
      source: 'RFC 6749 §5.1, RFC 6797, OWASP ASVS 5.0 §3.4.1',
      rule: 'Every answer of the token, registration, revocation and authorization endpoints and of the pages is `no-store`, failures too; on https each carries HSTS.',
    },
    async () => {
      const { url } = await bench().startServer({
        PUBLIC_URL: 'https://run.example',
        TRUST_PROXY: 'loopback',
      });
      for (const path of [
        '/',
        '/login',
        '/oauth/authorize',
        '/.well-known/oauth-authorization-server',
        '/nowhere',
      ]) {
        const { headers } = await fetch(`${url}${path}`);
        expect([path, headers.get('strict-transport-security')]).toEqual([
          path,
          expect.stringMatching(/max-age=\d{8}/),
        ]);
      }
      for (const path of ['/mcp', '/oauth/token', '/oauth/register']) {
        const { headers } = await fetch(`${url}${path}`, { method: 'POST' });
        expect([path, headers.get('strict-transport-security')]).toEqual([
          path,
          expect.stringMatching(/max-age=\d{8}/),
        ]);
      }

      const { base } = bench();
      const browser = new Browser(base);
      const client = await TestClient.register(base);
      const consent = await consentPage(browser, client);
      const approved = await browser.post('/consent', { ...hiddenFields(consent.body), decision: 'approve' });
      const denied = await client.consent(browser, {}, 'deny');
      const redeemed = await client.redeem(await client.code(browser));
      const answers: Record<string, Headers> = {
        'authorize, to consent': (await browser.get(client.authorizePath())).headers,
        'authorize, back with an error': (await browser.get(client.authorizePath({ scope: '"' }))).headers,
        'authorize, unknown client': (await browser.get('/oauth/authorize?client_id=x')).headers,
        consent: consent.headers,
        approved: approved.headers,
        denied: denied.headers,
        'sign-in': (await new Browser(base).get('/login')).headers,
        token: redeemed.headers,
        'token, refused': (await client.redeem('mrg_x')).headers,
        'token, unreadable': (await post(`${base}/oauth/token`, '{', { 'content-type': 'application/json' }))
          .headers,
        'token, GET': (await fetch(`${base}/oauth/token`)).headers,
        registered: (await register(base, METADATA)).headers,
        'not registered': (await register(base, {})).headers,
        revoked: (await client.revoke({ token: String(redeemed.body.access_token) })).headers,
        'not revoked': (await client.revoke({})).headers,
        account: (await browser.get('/account')).headers,
      };
      for (const [name, headers] of Object.entries(answers)) {
        expect([name, headers.get('cache-control')]).toEqual([name, expect.stringMatching(/\bno-store\b/)]);
        expect([name, headers.get('strict-transport-security')]).toEqual([name, null]);
      }
    },
  );
}

/** One attempt to sign in, from an address behind a trusted proxy, in a browser of its own. */
async function signIn(url: string, address: string, email: string, password: string): Promise<Response> {
  const headers = { 'x-forwarded-for': address };
  const page = await fetch(`${url}/login`, { headers });
  const [cookie = ''] = (page.headers.getSetCookie()[0] ?? '').split(';');
  const body = form({ ...hiddenFields(await page.text()), email, password });
  return fetch(`${url}/login`, { method: 'POST', body, redirect: 'manual', headers: { ...headers, cookie } });
}

/** While `work` runs, every look at clients and tokens is an error of the database. */
async function withBrokenTables(bench: Bench, work: () => Promise<void>): Promise<void> {
  const tables = ['oauth_clients', 'oauth_access_tokens'];
  for (const table of tables) await bench.sql(`ALTER TABLE ${table} RENAME TO ${table}_away`);
  try {
    await work();
  } finally {
    for (const table of tables) await bench.sql(`ALTER TABLE ${table}_away RENAME TO ${table}`);
  }
}
