import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import type { ApiProcess } from '../support/api-process.js';
import { launchBrowser } from '../support/browser.js';
import { bearer, Browser as Person, TestClient, USER } from '../support/oauth-client.js';
import { type OAuthServers, prepareOAuthServers } from '../support/oauth-server.js';
import { pageProblems, watch } from '../support/page-checks.js';

jest.setTimeout(120_000);

/** Where to put a picture of each state, for somebody to look at. */
const PICTURES = process.env.PAGE_PICTURES;

const CURATOR = { email: 'carla@example.org', password: 'the password of Carla' };
const PLAIN = { email: 'paul@example.org', password: 'the password of Paul' };

const DESKTOP = { viewport: { width: 1280, height: 800 } };
const VIEWS = [
  { name: 'light', ...DESKTOP, colorScheme: 'light' },
  { name: 'dark', ...DESKTOP, colorScheme: 'dark' },
  { name: 'phone', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
] as const;

/** Where the seed believes to be, so that its pictures are this server's. */
const SEEDED_AT = 'http://localhost:3000';

const IMAGES = '/admin?kind=models&category=image';
const SEEDED = ['modelrunner/upscale', 'modelrunner/remove-background', 'modelrunner/detect-objects'];

describe('the page for curators', () => {
  let servers: OAuthServers;
  let api: ApiProcess;
  let browser: Browser;
  let token: string;
  /** Who is signed in already. */
  const sessions = new Map<string, Awaited<ReturnType<BrowserContext['storageState']>>>();

  beforeAll(async () => {
    [servers, browser] = await Promise.all([prepareOAuthServers(), launchBrowser()]);
    const create = (user: typeof PLAIN, role: string) =>
      servers.admin('user', 'create', '--email', user.email, '--password', user.password, '--role', role);
    [api] = await Promise.all([
      servers.start({ PUBLIC_URL: SEEDED_AT }),
      create(CURATOR, 'curator'),
      create(PLAIN, 'user'),
    ]);
    const client = await TestClient.register(api.url);
    token = (await client.connect(new Person(api.url))).access_token;
  });

  afterAll(async () => {
    await browser?.close();
    await servers?.stop();
  });

  /** A browser of its own, at the page; the first of a person signs in on the way. */
  async function visit(
    user: typeof CURATOR,
    path: string,
    view: Parameters<Browser['newContext']>[0] = DESKTOP,
  ): Promise<{ page: Page; complaints: string[]; context: BrowserContext }> {
    const storageState = sessions.get(user.email);
    const context = await browser.newContext({
      reducedMotion: 'reduce',
      ...view,
      ...(storageState && { storageState }),
    });
    const page = await context.newPage();
    const complaints = watch(page);
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto(`${api.url}${path}`);
    if (storageState) return { page, complaints, context };
    expect(new URL(page.url()).pathname).toBe('/login');
    await page.getByLabel('E-mail').fill(user.email);
    await page.getByLabel('Password').fill(user.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${api.url}${path}`);
    sessions.set(user.email, await context.storageState());
    return { page, complaints, context };
  }

  async function recommended(tool = 'recommended_models', category = 'image'): Promise<unknown> {
    const response = await fetch(`${api.url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...bearer(token),
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: tool, arguments: { category } },
      }),
    });
    const text = await response.text();
    const [, data = text] = /^data: (.+)$/m.exec(text) ?? [];
    return (JSON.parse(data) as { result: { structuredContent: unknown } }).result.structuredContent;
  }

  const shown = (page: Page) => page.locator('#list [data-fill=endpoint]').allTextContents();
  const row = (page: Page, name: string): Locator =>
    page.locator('#list > li', { hasText: `modelrunner/${name}` });
  const save = async (page: Page) => {
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForLoadState();
  };
  const photograph = async (page: Page, name: string) => {
    if (PICTURES) await page.screenshot({ path: join(PICTURES, `curation-${name}.png`), fullPage: true });
  };

  it('is not for a plain user, who is told so, and is found from a curator’s account', async () => {
    const { page, complaints, context } = await visit(PLAIN, IMAGES);
    expect(await page.locator('h1').textContent()).toBe('This page is for curators');
    expect((await page.reload())?.status()).toBe(403);
    expect(await pageProblems(page)).toEqual([]);
    await photograph(page, 'forbidden');
    await page.goto(`${api.url}/account`);
    expect(await page.locator('a[href="/admin"]').count()).toBe(0);
    expect(complaints.filter((text) => !text.includes('403'))).toEqual([]);
    await context.close();
    const curator = await visit(CURATOR, '/account');
    await curator.page.getByRole('link', { name: 'Curated lists' }).click();
    expect(await shown(curator.page)).toEqual(SEEDED);
    await curator.context.close();
  });

  it('orders by keyboard and by drag, adds by search, takes notes, saves, and assistants get just that', async () => {
    const { page, complaints, context } = await visit(CURATOR, IMAGES);
    const marker = page.getByText('Not saved yet');
    expect(await shown(page)).toEqual(SEEDED);
    expect([
      await marker.isVisible(),
      JSON.parse((await page.locator('#preview').textContent()) ?? ''),
    ]).toEqual([false, await recommended()]);

    const up = row(page, 'detect-objects').getByRole('button', { name: /up$/ });
    await up.focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('#said').textContent()).toContain('is at place 2 of 3');
    await page.keyboard.press('Alt+ArrowUp');
    await page.keyboard.press('Alt+ArrowUp');
    expect(await page.locator('#said').textContent()).toContain('is the first already');
    expect(await up.evaluate((button) => button === button.ownerDocument.activeElement)).toBe(true);
    expect(await shown(page)).toEqual([SEEDED[2], SEEDED[0], SEEDED[1]]);
    expect(await marker.isVisible()).toBe(true);

    const handle = await row(page, 'detect-objects').locator('.grip').boundingBox();
    const last = await row(page, 'remove-background').boundingBox();
    await page.mouse.move(handle!.x + 5, handle!.y + 10);
    await page.mouse.down();
    await page.mouse.move(handle!.x + 5, handle!.y + 60);
    await page.mouse.move(handle!.x + 5, last!.y + last!.height - 10, { steps: 4 });
    await photograph(page, 'dragging');
    await page.mouse.up();
    expect(await shown(page)).toEqual(SEEDED);

    await row(page, 'upscale')
      .getByRole('button', { name: /^Remove/ })
      .click();
    await page.getByLabel('Search public models').fill('read the text of a scan');
    const found = page.locator('#results > li', { hasText: 'modelrunner/ocr' });
    await found.getByRole('button', { name: /^Add/ }).click();
    expect(await found.getByRole('button').textContent()).toBe('In the list');
    expect(await found.textContent()).toMatch(/free|per request/);
    await page.waitForFunction(
      `[...document.images].every((image) => image.hidden || image.naturalWidth > 0)`,
    );
    expect(
      await page.locator('#list img[src^="/media/"], #results img[src^="/media/"]').count(),
    ).toBeGreaterThan(4);
    await row(page, 'ocr').getByLabel(/^Note/).fill('For “scans” & <photos>.');
    await row(page, 'ocr').getByRole('button', { name: /up$/ }).click();
    await photograph(page, 'changed');
    const previewed = JSON.parse((await page.locator('#preview').textContent()) ?? '') as object;
    await save(page);

    const wanted = [SEEDED[1], 'modelrunner/ocr', SEEDED[2]];
    expect(await page.getByRole('status').textContent()).toContain('Saved.');
    expect([await shown(page), await marker.isVisible()]).toEqual([wanted, false]);
    await page.reload();
    expect(await shown(page)).toEqual(wanted);
    expect(await row(page, 'ocr').getByLabel(/^Note/).inputValue()).toBe('For “scans” & <photos>.');
    expect(await page.getByText(/Last saved/).textContent()).toContain(CURATOR.email);
    expect(await recommended()).toEqual(previewed);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('shows who saved first and what differs, and takes theirs or keeps mine', async () => {
    const path = '/admin?kind=models&category=video';
    const [mine, theirs] = await Promise.all([visit(CURATOR, path), visit(USER, path)]);
    await row(theirs.page, 'slideshow')
      .getByRole('button', { name: /^Remove/ })
      .click();
    await save(theirs.page);
    await row(mine.page, 'video-to-gif').getByLabel(/^Note/).fill('Mine.');
    await save(mine.page);
    const conflict = mine.page.getByRole('alert');
    expect(await conflict.textContent()).toContain(`${USER.email} saved it on `);
    expect(await conflict.locator('dl > div').allTextContents()).toEqual([
      expect.stringMatching(/Only in yours\s*modelrunner\/slideshow/),
      expect.stringMatching(/With another note\s*modelrunner\/video-to-gif/),
    ]);
    expect(await row(mine.page, 'video-to-gif').getByLabel(/^Note/).inputValue()).toBe('Mine.');
    await photograph(mine.page, 'conflict');
    expect(await pageProblems(mine.page)).toEqual([]);
    await mine.page.getByRole('button', { name: 'Keep mine' }).click();
    await mine.page.waitForLoadState();
    expect((await shown(mine.page)).length).toBe(4);

    await row(theirs.page, 'video-thumbnail')
      .getByRole('button', { name: /^Remove/ })
      .click();
    await save(theirs.page);
    await photograph(theirs.page, 'conflict-theirs');
    await theirs.page.getByRole('link', { name: 'Take theirs' }).click();
    await theirs.page.waitForLoadState();
    expect(await shown(theirs.page)).toEqual(await shown(mine.page));
    expect(await row(theirs.page, 'video-to-gif').getByLabel(/^Note/).inputValue()).toBe('Mine.');
    await Promise.all([mine.context.close(), theirs.context.close()]);
  });

  it('works without a script, and names what cannot be saved at its entry', async () => {
    const path = '/admin?kind=models&category=utility';
    const { page, context } = await visit(CURATOR, path, { ...DESKTOP, javaScriptEnabled: false });
    const press = async (within: Locator | Page, name: RegExp | string) => {
      await within.getByRole('button', { name }).click();
      await page.waitForLoadState();
    };
    const before = await shown(page);
    await press(row(page, 'text-to-speech'), /up$/);
    await page.getByLabel('Search public models').fill('upscale');
    await page.keyboard.press('Enter');
    await press(page.locator('#results > li', { hasText: 'modelrunner/upscale' }), /^Add/);
    await row(page, 'upscale').getByLabel(/^Note/).fill('By hand.');
    await press(row(page, 'ocr'), /^Remove/);
    expect(await page.getByText('Not saved yet').isVisible()).toBe(true);
    await press(page, 'Save');
    const wanted = [before[1], before[2], 'modelrunner/upscale'];
    expect(await shown(page)).toEqual(wanted);
    expect(await recommended('recommended_models', 'utility')).toMatchObject({
      items: [{ endpoint: wanted[0] }, { endpoint: wanted[1] }, { endpoint: wanted[2], note: 'By hand.' }],
    });

    await page
      .locator('#list [name=endpoint]')
      .first()
      .evaluate((input) => input.setAttribute('value', 'no/such'));
    await press(page, 'Save');
    expect(await page.locator('#list > li').first().textContent()).toContain('there is no endpoint no/such');
    expect(await page.getByRole('alert').textContent()).toBe(
      'Nothing was saved: there is no endpoint no/such.',
    );
    await photograph(page, 'refused');
    await context.close();
  });

  it.each(VIEWS)('has nothing against it: $name', async ({ name, ...view }) => {
    const { page, complaints, context } = await visit(CURATOR, '/admin?kind=wrappers&category=video', view);
    await page.getByLabel('Search public wrappers').fill('photo');
    await page.locator('#results > li').first().waitFor();
    await photograph(page, `${name}-list`);
    expect(await pageProblems(page)).toEqual([]);
    await page.getByRole('link', { name: /^Utility/ }).click();
    await page.waitForLoadState();
    await page.getByRole('button', { name: /^Remove/ }).click();
    await photograph(page, `${name}-empty`);
    expect(await pageProblems(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
