import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { startOwnServer, type OwnServer } from '../../apps/demo/src/own-server.js';
import { launchBrowser } from '../support/browser.js';

jest.setTimeout(120_000);

/** Sign-in and consent as a person sees them, in a real browser, up to the client's own callback. */
describe('sign-in and consent in a browser', () => {
  let server: OwnServer;
  let browser: Browser;
  let callback: Server;
  let redirectUri: string;
  let received: URL[];
  let clientId: string;

  beforeAll(async () => {
    received = [];
    callback = createServer((request, response) => {
      received.push(new URL(request.url ?? '/', redirectUri));
      response.end('You may close this window.');
    }).listen(0, '127.0.0.1');
    await once(callback, 'listening');
    redirectUri = `http://127.0.0.1:${(callback.address() as AddressInfo).port}/callback`;
    server = await startOwnServer();
    browser = await launchBrowser();
    const registered = await fetch(`${server.url}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Browser <b>test</b>',
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
      }),
    });
    clientId = ((await registered.json()) as { client_id: string }).client_id;
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    callback?.close();
  });

  const verifier = randomBytes(32).toString('base64url');

  async function openAuthorization(): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    const url = new URL('/oauth/authorize', server.url);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      state: 'a+b&c',
      scope: 'mcp',
      resource: `${server.url}/mcp`,
    }).toString();
    await page.goto(url.href);
    return page;
  }

  async function signIn(page: Page, password = server.credentials.password): Promise<void> {
    await page.fill('input[name=email]', server.credentials.email);
    await page.fill('input[name=password]', password);
    await page.press('input[name=password]', 'Enter');
    await page.waitForLoadState();
  }

  it('refuses a wrong password in a sentence, and keeps the form', async () => {
    const page = await openAuthorization();
    await signIn(page, 'wrong password');
    expect(await page.textContent('main')).toMatch(/wrong/i);
    expect(await page.locator('input[name=password]').count()).toBe(1);
  });

  it('shows who asks for what and where the browser goes next, and hands over a code that works', async () => {
    const page = await openAuthorization();
    await signIn(page);
    const text = (await page.textContent('main')) ?? '';
    expect(text).toContain('Browser <b>test</b>');
    expect(text).toContain('127.0.0.1');
    expect(text).toContain(server.credentials.email);
    await page.click('button[name=decision][value=approve]');
    await page.waitForURL(`${redirectUri}**`);
    const { searchParams } = received.at(-1)!;
    expect(searchParams.get('state')).toBe('a+b&c');
    expect(searchParams.get('iss')).toBe(server.url);
    const answer = await fetch(`${server.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: searchParams.get('code')!,
        redirect_uri: redirectUri,
        client_id: clientId,
        code_verifier: verifier,
      }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ token_type: 'Bearer', scope: 'mcp' });
  });

  it('tells the client when the person says no', async () => {
    const page = await openAuthorization();
    await signIn(page);
    await page.click('button[name=decision][value=deny]');
    await page.waitForURL(`${redirectUri}**`);
    expect(received.at(-1)!.searchParams.get('error')).toBe('access_denied');
    expect(received.at(-1)!.searchParams.has('code')).toBe(false);
  });

  it('greets people at / with the address to connect to', async () => {
    const page = await (await browser.newContext()).newPage();
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(server.url);
    expect(await page.textContent('body')).toContain(`${server.url}/mcp`);
    expect(problems).toEqual([]);
  });
});
