import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../support/browser.js';
import { form, type Tokens, USER } from '../support/oauth-client.js';
import { type OAuthServers, prepareOAuthServers } from '../support/oauth-server.js';

jest.setTimeout(60_000);

/** What a script in a page could read of an answer; `blocked` when the browser let it read nothing. */
type Reading = 'blocked' | { status: number; challenge: string | null; body: string };

/** As much of `RequestInit` as can be handed over to the page. */
interface PageRequest {
  method?: 'POST';
  headers?: Record<string, string>;
  body?: string;
  credentials?: 'include';
}

interface ResourceMetadata {
  resource: string;
  authorization_servers: string[];
}

type ServerMetadata = Record<`${'authorization' | 'token' | 'registration' | 'revocation'}_endpoint`, string>;

/** A client that is a page in a real browser, like MCP Inspector: the browser decides what its scripts may read. */
describe('a client in a browser page', () => {
  let servers: OAuthServers;
  let server: string;
  let site: Server;
  let origin: string;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    site = createServer((_, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>A client</title>');
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    origin = `http://localhost:${(site.address() as AddressInfo).port}`;
    [browser, servers] = await Promise.all([launchBrowser(), prepareOAuthServers()]);
    server = (await servers.start()).url;
    page = await (await browser.newContext()).newPage();
    await page.goto(origin);
  });

  afterAll(async () => {
    await browser?.close();
    await servers?.stop();
    site?.close();
  });

  /** `fetch` as the page's own script does it. */
  const read = (url: string, init: PageRequest = {}, as = page): Promise<Reading> =>
    as.evaluate(
      async ([address, options]) => {
        const response = await fetch(address, options).catch(() => undefined);
        if (!response) return 'blocked';
        const challenge = response.headers.get('www-authenticate');
        return { status: response.status, challenge, body: await response.text() };
      },
      [url, init] as const,
    );

  async function readJson<Body>(
    url: string,
    init: PageRequest = {},
  ): Promise<{ status: number; body: Body }> {
    const reading = await read(url, init);
    if (reading === 'blocked') throw new Error(`the browser let nobody read ${url}`);
    return { status: reading.status, body: JSON.parse(reading.body || '{}') as Body };
  }

  const post = (url: string, fields: Record<string, string>) =>
    readJson<Tokens>(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form(fields).toString(),
    });

  const callMcp = (headers: Record<string, string>, method = 'tools/list') =>
    read(`${server}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
        'mcp-method': method,
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: {} }),
    });

  it('finds the server, registers, gets tokens, uses tools, refreshes and revokes', async () => {
    const refused = await callMcp({});
    if (refused === 'blocked') throw new Error('the browser let nobody read the challenge');
    const [, metadataUrl = ''] = /resource_metadata="([^"]+)"/.exec(refused.challenge ?? '') ?? [];
    const headers = { 'mcp-protocol-version': '2025-11-25' };
    const { body: resource } = await readJson<ResourceMetadata>(metadataUrl, { headers });
    const [issuer = ''] = resource.authorization_servers;
    const { body: metadata } = await readJson<ServerMetadata>(
      `${issuer}/.well-known/oauth-authorization-server`,
      { headers },
    );
    expect((await readJson(`${issuer}/.well-known/openid-configuration`, { headers })).status).toBe(404);

    const registered = await readJson<{ client_id: string }>(metadata.registration_endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'A page',
        redirect_uris: [`${origin}/oauth/callback`],
        token_endpoint_auth_method: 'none',
        scope: '',
      }),
    });
    expect(registered.status).toBe(201);
    const client = { client_id: registered.body.client_id, resource: resource.resource };

    const { code, verifier } = await authorize(metadata.authorization_endpoint, client);
    const endpoint = metadata.token_endpoint;
    const exchange = { grant_type: 'authorization_code', code, code_verifier: verifier };
    const tokens = await post(endpoint, { ...exchange, redirect_uri: `${origin}/oauth/callback`, ...client });
    expect(tokens.status).toBe(200);
    const first = tokens.body;
    expect(await callMcp({ authorization: `Bearer ${first.access_token}` })).toMatchObject({
      status: 200,
      body: expect.stringContaining('run_model'),
    });

    const refresh = { grant_type: 'refresh_token', refresh_token: first.refresh_token };
    const second = (await post(endpoint, { ...refresh, ...client })).body;
    const use = () => callMcp({ authorization: `Bearer ${second.access_token}` });
    expect(await use()).toMatchObject({ status: 200 });
    const revocation = { token: second.refresh_token, client_id: client.client_id };
    expect((await post(metadata.revocation_endpoint, revocation)).status).toBe(200);
    expect(await use()).toMatchObject({
      status: 401,
      challenge: expect.stringContaining('error="invalid_token"'),
    });
  });

  /** In the same browser, so that its session cookie is there afterwards. */
  async function authorize(endpoint: string, client: { client_id: string; resource: string }) {
    const verifier = randomBytes(32).toString('base64url');
    const url = new URL(endpoint);
    url.search = form({
      ...client,
      response_type: 'code',
      redirect_uri: `${origin}/oauth/callback`,
      state: 'of the page',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }).toString();
    const tab = await page.context().newPage();
    await tab.goto(url.href);
    await tab.fill('input[name=email]', USER.email);
    await tab.fill('input[name=password]', USER.password);
    await tab.press('input[name=password]', 'Enter');
    await tab.click('button[name=decision][value=approve]');
    await tab.waitForURL(`${origin}/oauth/callback**`);
    const { searchParams } = new URL(tab.url());
    expect(searchParams.get('iss')).toBe(server);
    await tab.close();
    return { code: searchParams.get('code') ?? '', verifier };
  }

  it.each(['/oauth/authorize', '/login', '/consent', '/account', '/'])(
    'lets no script of another origin read %s, signed in or not',
    async (path) => {
      const stranger = await (await browser.newContext()).newPage();
      await stranger.goto(origin);
      expect(await read(`${server}${path}`, {}, stranger)).toBe('blocked');
      await stranger.context().close();
      expect(await read(`${server}${path}`, { credentials: 'include' })).toBe('blocked');
      expect(await read(`${server}${path}`, { method: 'POST', credentials: 'include' })).toBe('blocked');
    },
  );

  it('sends no cookie along to what scripts may read', async () => {
    const answer = await read(`${server}/.well-known/oauth-authorization-server`, { credentials: 'include' });
    expect(answer).toBe('blocked');
  });
});
