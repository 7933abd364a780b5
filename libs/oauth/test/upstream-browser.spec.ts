import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../../test/support/browser.js';
import { freePort } from '../../../test/support/free-port.js';
import { OpenIdProvider } from '../../../test/support/openid-provider.js';
import { type OAuthApp, startOAuthApp } from './oauth-app.js';
import { TestClient } from '../../../test/support/oauth-client.js';

jest.setTimeout(120_000);

let server: OAuthApp;
let provider: OpenIdProvider;
let browser: Browser;

beforeAll(async () => {
  const port = await freePort();
  server = await startOAuthApp({
    OIDC_ISSUER: `http://127.0.0.1:${port}`,
    OIDC_CLIENT_ID: OpenIdProvider.clientId,
    OIDC_NAME: 'Example Login',
    LOCAL_PASSWORDS: 'false',
  });
  provider = await OpenIdProvider.start({
    port,
    redirectUri: `${server.base}/login/oidc/callback`,
    accounts: { grace: { email: 'grace@example.com', email_verified: true } },
    claimsInIdToken: true,
  });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await provider?.stop();
});

/** A real browser has what the test client does not: content security policy, SameSite, Sec-Fetch headers. */
describe('sign-in with the identity provider, in a browser', () => {
  it('goes from an assistant’s request to the provider and back to its consent', async () => {
    const client = await TestClient.register(server.base, { client_name: 'My assistant' });
    const page = await (await browser.newContext()).newPage();
    const problems: string[] = [];
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    await page.goto(`${server.base}${client.authorizePath()}`);
    await page.click('text=Continue with Example Login');
    await page.fill('input[name=login]', 'grace');
    await page.click('text=Sign in');
    await page.waitForURL('**/consent?request=*');
    const text = (await page.textContent('main')) ?? '';
    expect(text).toContain('My assistant');
    expect(text).toContain('grace@example.com');
    expect(problems).toEqual([]);
  });

  it.each([
    ['light', 1_100],
    ['dark', 360],
  ] as const)('comes back from a refusal to a page that helps on, %s and %d wide', async (scheme, width) => {
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 720 } });
    const page = await context.newPage();
    await page.goto(`${server.base}/account/keys`);
    await page.click('text=Continue with Example Login');
    await page.click('text=Cancel');
    await page.waitForURL('**/login/oidc/callback?*');
    expect(await page.textContent('main')).toContain('Example Login did not sign you in (access_denied).');
    const wide = await page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBe(width);
    await page.click('text=Use another account');
    await page.fill('input[name=login]', 'grace');
    await page.click('text=Sign in');
    await page.waitForURL('**/account/keys');
  });
});
