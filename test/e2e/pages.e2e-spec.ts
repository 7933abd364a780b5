import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { ApiProcess } from '../support/api-process.js';
import { launchBrowser } from '../support/browser.js';
import { type InternetStandIn, startInternetStandIn } from '../support/internet-stand-in.js';
import { CHALLENGE, TestClient, VERIFIER } from '../support/oauth-client.js';
import { type OAuthServers, prepareOAuthServers } from '../support/oauth-server.js';
import { pageProblems, watch } from '../support/page-checks.js';
import { Callbacks } from '../support/callbacks.js';
import { eventually } from '../support/standalone.js';

jest.setTimeout(240_000);

/** Where to put a picture of each page, for somebody to look at. */
const PICTURES = process.env.PAGE_PICTURES;

const DOCUMENT = 'https://claude.ai/oauth/client.json';

/** A picture of one pixel. */
const PIXEL = Uint8Array.from(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
    'base64',
  ),
).buffer;

/** Ways to look at the pages. */
const VIEWS = [
  { name: 'light', viewport: { width: 1280, height: 800 }, colorScheme: 'light' },
  { name: 'dark', viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  { name: 'phone', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
] as const;

/** Every page that people see, in a real browser, as somebody with a keyboard, a phone or a screen reader needs it. */
describe('the pages in a browser', () => {
  let servers: OAuthServers;
  let internet: InternetStandIn;
  let api: ApiProcess;
  let withProvider: ApiProcess;
  let callbacks: Callbacks;
  let browser: Browser;

  beforeAll(async () => {
    internet = await startInternetStandIn(
      new Map([
        [
          DOCUMENT,
          {
            client_id: DOCUMENT,
            client_name: 'Claude',
            redirect_uris: ['https://claude.ai/callback'],
            token_endpoint_auth_method: 'none',
          },
        ],
      ]),
    );
    servers = await prepareOAuthServers();
    const provider = {
      OIDC_ISSUER: 'https://sso.example',
      OIDC_CLIENT_ID: 'modelrunner',
      OIDC_NAME: 'Example SSO',
    };
    [api, withProvider] = await Promise.all([
      servers.start(internet.env, internet.execArgv),
      servers.start(provider),
    ]);
    callbacks = await Callbacks.listen();
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    callbacks?.close();
    await servers?.stop();
    internet?.stop();
  });

  it.each(VIEWS)('have nothing against them: $name', async ({ name, ...view }) => {
    const user = { email: `${name}@example.org`, password: 'the first password' };
    await servers.admin('user', 'create', '--email', user.email, '--password', user.password);
    const context = await browser.newContext({
      ...view,
      reducedMotion: 'reduce',
      proxy: { server: callbacks.proxy, bypass: 'localhost,127.0.0.1' },
      ignoreHTTPSErrors: true,
    });
    const walk = await Walk.begin(context, api.url, name, callbacks);
    await walk.signedOut(withProvider.url);
    await walk.signIn(user);
    await walk.consents();
    await walk.account(user);
    await context.close();
    expect(walk.problems).toEqual([]);
  });
});

/** A walk through all pages, which notes what is wrong with each, and what it looks like if asked to. */
class Walk {
  readonly problems: string[] = [];

  private constructor(
    private readonly page: Page,
    private readonly complaints: string[],
    private readonly base: string,
    private readonly view: string,
    private readonly callbacks: Callbacks,
  ) {}

  static async begin(
    context: BrowserContext,
    base: string,
    view: string,
    callbacks: Callbacks,
  ): Promise<Walk> {
    const page = await context.newPage();
    await callbacks.watchPrivateSchemes(page);
    return new Walk(page, watch(page), base, view, callbacks);
  }

  async signedOut(withProvider: string): Promise<void> {
    const client = await TestClient.register(this.base, {
      client_name: 'Example Assistant',
      redirect_uris: ['https://assistant.test/callback'],
    });
    await this.look('home', '/');
    await this.look('login', '/login');
    await this.look('login-provider', `${withProvider}/login`);
    await this.look('error-unknown-client', '/oauth/authorize?client_id=nobody', 400);
    await this.look('error-not-found', '/nope', 404);
    await this.look('error-bad-address', '/media/%zz', 400);
    await this.look('redirect-error', client.authorizePath({ response_type: 'token' }), 400);
    await this.look('signed-out', '/logout');
  }

  async signIn({ email, password }: { email: string; password: string }): Promise<void> {
    await this.page.goto(`${this.base}/login`);
    await this.fillSignIn(email, 'not the password');
    await this.look('login-error', undefined, 401);
    await this.fillSignIn(email, password);
    await this.look('account');
  }

  /** Assistants of every kind, each up to its callback. */
  async consents(): Promise<void> {
    await this.look('connections-none', '/account/connections');
    const web = await this.register('Example Assistant', 'https://assistant.test/callback');
    const local = await this.register('Command line', `${this.callbacks.loopback}/callback`);
    const app = await this.register(
      'An Editor With a Very Long Name That Somebody Made Up to See What Happens',
      'editor://callback.example/oauth',
    );
    await this.look('consent-unverified', web.authorizePath());
    await this.decide('deny', /^https:\/\/assistant\.test\/callback\?error=access_denied/);
    await this.denyToScheme(app, /^editor:\/\/callback\.example\/oauth\?error=access_denied/);
    for (const [name, client, callback] of [
      ['web', web, /^https:\/\/assistant\.test\/callback\?code=/],
      ['loopback', local, /^http:\/\/127\.0\.0\.1:\d+\/callback\?code=/],
      ['app', app, /^editor:\/\/callback\.example\/oauth\?code=/],
    ] as const) {
      await this.look(`consent-${name}`, client.authorizePath({ scope: 'mcp offline_access' }));
      const code = await this.decide('approve', callback);
      // Nothing answers the editor's scheme here, so the page stays.
      if (name === 'app') await this.look('continue');
      expect((await client.redeem(code)).status).toBe(200);
    }
    await this.look('consent-metadata', this.metadataClientPath());
    await this.redeemAsMetadataClient(await this.decide('approve', /^https:\/\/claude\.ai\/callback\?code=/));
    await this.look('connections', '/account/connections');
    await this.press('Disconnect Command line');
    await this.look('connections-disconnected');
    expect(await this.page.getByRole('status').textContent()).toBe('Command line is disconnected.');
  }

  async account({ password }: { password: string }): Promise<void> {
    await this.look('keys-none', '/account/keys');
    await this.page.getByLabel('Name of a new key').fill('nightly upload');
    await this.press('Create key');
    await this.look('keys-new');
    expect(await this.page.getByRole('radio').count()).toBe(0);
    await this.files((await this.page.textContent('#new-key')) ?? '');
    await this.look('keys', '/account/keys');
    await this.look('password', '/account/password');
    await this.fillPasswords('wrong password', 'a new password', 'another one');
    await this.look('password-wrong', undefined, 400);
    await this.fillPasswords(password, 'a new password', 'a new password');
    await this.look('password-changed');
    await this.look('logout', '/logout');
    await this.press('Sign out');
    await this.look('signed-out-now');
  }

  /** None, some, and after one was deleted. */
  async files(apiKey: string): Promise<void> {
    await this.look('files-none', '/account/files');
    const icon = await fetch(`${this.base}/assets/icon.svg`).then((answer) => answer.arrayBuffer());
    await this.upload(apiKey, 'a drawing.svg', 'image/svg+xml', icon);
    await this.uploadOnPage('a picture.png', Buffer.from(PIXEL));
    await this.look('files');
    const loaded = await this.page
      .locator('img.thumbnail')
      .evaluateAll((pictures) =>
        pictures.map((picture) => (picture as unknown as { naturalWidth: number }).naturalWidth),
      );
    expect(loaded).toEqual([1]);
    await this.page.locator('summary').first().click();
    await this.look('files-delete');
    await this.press('Delete for good a picture.png');
    await this.look('files-deleted');
    expect(await this.page.getByRole('status').textContent()).toBe('a picture.png is deleted.');
    expect(await this.page.locator('.files li').count()).toBe(1);
  }

  /** The new file is named, with an address that leads to it. */
  private async uploadOnPage(name: string, buffer: Buffer): Promise<void> {
    await this.page.setInputFiles('#upload-files', { name, mimeType: 'text/plain', buffer });
    await this.page.waitForURL('**/account/files?new=*');
    const notice = this.page.getByRole('status').filter({ hasText: `${name} is stored.` });
    const stored = await fetch((await notice.locator('code').textContent()) ?? '');
    expect(stored.headers.get('content-type')).toBe('image/png');
    expect(Buffer.from(await stored.arrayBuffer()).equals(buffer)).toBe(true);
    await this.refusedOnPage();
  }

  /** What cannot be stored is named with the reason, and the page is as before. */
  private async refusedOnPage(): Promise<void> {
    const empty = { name: 'nothing.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) };
    await this.page.setInputFiles('#upload-files', empty);
    const problem = this.page.locator('#upload-problem');
    await problem.waitFor();
    expect(await problem.textContent()).toBe('nothing.txt: The file is empty.');
    expect(await this.page.locator('.files li').count()).toBe(2);
  }

  private async upload(key: string, name: string, type: string, bytes: ArrayBuffer): Promise<void> {
    const headers = { authorization: `Key ${key}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ file_name: name, content_type: type });
    const announced = await fetch(`${this.base}/storage/upload/initiate`, { method: 'POST', headers, body });
    const { upload_url: url } = (await announced.json()) as { upload_url: string };
    const put = await fetch(url, { method: 'PUT', headers: { 'content-type': type }, body: bytes });
    expect(put.status).toBe(200);
  }

  /** Looks at the page at `path`, or at the one that is there. */
  private async look(name: string, path?: string, status?: number): Promise<void> {
    if (path !== undefined) {
      const response = await this.page.goto(new URL(path, this.base).href);
      const text = (await this.page.innerText('main')).slice(0, 200);
      expect([name, response?.status(), text]).toEqual([name, status ?? 200, text]);
    }
    await this.page.waitForLoadState();
    await this.photograph(name);
    const found = await pageProblems(this.page);
    // An answer that is an error on purpose is one to the browser, too.
    const complained = this.complaints.splice(0).filter((text) => !/status of 4\d\d/.test(text));
    this.problems.push(...[...found, ...complained].map((problem) => `${name}: ${problem}`));
  }

  /** @returns the code, where the way led to one */
  private async decide(decision: 'approve' | 'deny', callback: RegExp): Promise<string> {
    await this.page.click(`button[name=decision][value=${decision}]`);
    const arrival = () => this.callbacks.arrivals.find((url) => callback.test(url));
    const seen = () =>
      `${decision}: nothing like ${String(callback)} in ${this.callbacks.arrivals.join(' ')}`;
    await eventually(() => arrival() !== undefined, 5_000, seen);
    const url = new URL(arrival() ?? '');
    if (url.protocol.startsWith('http')) await this.page.waitForURL(url.href);
    this.callbacks.arrivals.length = 0;
    expect([url.searchParams.get('state'), url.searchParams.get('iss')]).toEqual(['a state', this.base]);
    return url.searchParams.get('code') ?? '';
  }

  /** No server can tell what arrives behind a scheme; the answer that leads there does, and a policy would complain. */
  private async denyToScheme(client: TestClient, callback: RegExp): Promise<void> {
    await this.page.goto(new URL(client.authorizePath(), this.base).href);
    const answered = this.page.waitForResponse((response) => response.request().method() === 'POST');
    await this.page.click('button[name=decision][value=deny]');
    const answer = await answered;
    expect([answer.status(), answer.headers().location]).toEqual([303, expect.stringMatching(callback)]);
    await this.look('denied-to-scheme');
  }

  private async press(button: string): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.page.getByRole('button', { name: button }).click();
    await loaded;
  }

  private async photograph(name: string): Promise<void> {
    if (!PICTURES) return;
    await this.page.screenshot({ path: join(PICTURES, `${this.view}-${name}.png`), fullPage: true });
  }

  private metadataClientPath(): string {
    return `/oauth/authorize?${new URLSearchParams({
      response_type: 'code',
      client_id: DOCUMENT,
      redirect_uri: 'https://claude.ai/callback',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      state: 'a state',
    }).toString()}`;
  }

  private register(name: string, redirectUri: string): Promise<TestClient> {
    return TestClient.register(this.base, { client_name: name, redirect_uris: [redirectUri] });
  }

  private async redeemAsMetadataClient(code: string): Promise<void> {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: DOCUMENT,
      code,
      code_verifier: VERIFIER,
    });
    expect((await fetch(`${this.base}/oauth/token`, { method: 'POST', body })).status).toBe(200);
  }

  private async fillSignIn(email: string, password: string): Promise<void> {
    await this.page.getByLabel('E-mail').fill(email);
    await this.page.getByLabel('Password').fill(password);
    await this.press('Sign in');
  }

  private async fillPasswords(current: string, password: string, again: string): Promise<void> {
    await this.page.getByLabel('Current password').fill(current);
    await this.page.getByLabel('New password', { exact: true }).fill(password);
    await this.page.getByLabel('New password, again').fill(again);
    await this.press('Change password');
  }
}
