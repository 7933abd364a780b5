import { ApiKeysService } from '#libs/accounts';
import { type OAuthApp, OTHER_USER, START_LIMIT_MS, startOAuthApp, USER } from './oauth-app.js';
import { bearer, Browser, callMcp, continueTarget, hiddenFields, TestClient } from './oauth-client.js';

let server: OAuthApp;
let base: string;
let client: TestClient;

beforeAll(async () => {
  server = await startOAuthApp();
  base = server.base;
  client = await TestClient.register(base, { client_name: '<script>alert(1)</script>' });
}, START_LIMIT_MS);

afterAll(() => server.close());

const codes = async (): Promise<number> => {
  const [row] = await server.dataSource.query<{ n: number }[]>(
    'SELECT count(*)::int AS n FROM oauth_authorization_codes',
  );
  return row?.n ?? -1;
};

/** To the consent page of a fresh request, signed in. */
async function consentPage(browser: Browser, user = USER) {
  const authorized = await browser.get(client.authorizePath());
  const page = await browser.get(authorized.location ?? '');
  if (!page.location) return page;
  const signedIn = await browser.signIn(user, page.location);
  return browser.get(signedIn.location ?? '');
}

describe('sign-in', () => {
  it('gives the session a new id and a cookie that scripts and other sites do not get', async () => {
    const browser = new Browser(base);
    await browser.get('/login');
    const before = browser.cookies.get('sid');
    const page = await browser.signIn();
    expect(page.status).toBe(303);
    expect(page.location).toBe(`${base}/account`);
    const [cookie = ''] = page.headers.getSetCookie();
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    expect(browser.cookies.get('sid')).not.toBe(before);
    expect((await browser.get('/account')).body).toContain(USER.email);
  });

  it('says the same to a wrong password and an unknown account', async () => {
    const answers = await Promise.all(
      [
        { email: USER.email, password: 'wrong password' },
        { email: 'nobody@example.org', password: 'wrong password' },
      ].map((user) => new Browser(base).signIn(user)),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.body).toContain('The e-mail or the password is wrong.');
    }
  });

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', '/x/..//evil.example'])(
    'stays here when asked to return to %s',
    async (target) => {
      const page = await new Browser(base).signIn(USER, `/login?return_to=${encodeURIComponent(target)}`);
      expect(page.location).toBe(`${base}/account`);
    },
  );

  it('locks an account for a while after ten failures', async () => {
    const user = { email: 'locked@example.org', password: 'wrong password' };
    for (let attempt = 0; attempt < 10; attempt += 1)
      expect((await new Browser(base).signIn(user)).status).toBe(401);
    const page = await new Browser(base).signIn(user);
    expect(page.status).toBe(429);
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0);
  }, 20_000);

  it('ends at sign-out, in the store too', async () => {
    const browser = new Browser(base);
    await browser.signIn();
    const stolen = new Browser(base);
    for (const [name, value] of browser.cookies) stolen.cookies.set(name, value);
    expect((await stolen.get('/account')).status).toBe(200);
    const page = await browser.get('/logout');
    expect((await browser.post('/logout', hiddenFields(page.body))).status).toBe(303);
    expect((await browser.get('/account')).location).toContain('/login');
    expect((await stolen.get('/account')).location).toContain('/login');
  });
});

describe('consent', () => {
  it('shows who asks, for what, and where it leads, and asks every time', async () => {
    const browser = new Browser(base);
    for (let round = 0; round < 2; round += 1) {
      const page = await consentPage(browser);
      expect(page.status).toBe(200);
      expect(page.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      expect(page.body).not.toContain('<script>alert');
      expect(page.body).toContain('127.0.0.1');
      expect(page.body).toContain('Unverified application');
      expect(page.body).toContain('runs on this computer');
      expect(page.body).toContain(USER.email);
      expect(page.body).toContain('Run models');
      expect(page.headers.get('content-security-policy')).toContain("form-action 'self' http://127.0.0.1");
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.headers.get('referrer-policy')).toBe('no-referrer');
      await browser.post('/consent', { ...hiddenFields(page.body), decision: 'approve' });
    }
  });

  it('needs the page’s own token', async () => {
    const browser = new Browser(base);
    const other = new Browser(base);
    const fields = hiddenFields((await consentPage(browser)).body);
    const foreign = hiddenFields((await consentPage(other, OTHER_USER)).body);
    const before = await codes();
    for (const token of [undefined, 'wrong', foreign._csrf]) {
      const page = await browser.post('/consent', { ...fields, _csrf: token, decision: 'approve' });
      expect(page.status).toBe(403);
    }
    expect(await codes()).toBe(before);
  });

  it('cannot be given in another browser', async () => {
    const { request } = hiddenFields((await consentPage(new Browser(base))).body);
    const stranger = new Browser(base);
    const before = await codes();
    expect((await stranger.post('/consent', { request, decision: 'approve' })).status).toBe(403);
    const own = hiddenFields((await consentPage(stranger, OTHER_USER)).body);
    expect((await stranger.get(`/consent?request=${request}`)).status).toBe(403);
    expect((await stranger.post('/consent', { ...own, request, decision: 'approve' })).status).toBe(403);
    expect(await codes()).toBe(before);
  });

  it('counts once, however often the form is sent', async () => {
    const browser = new Browser(base);
    const fields = { ...hiddenFields((await consentPage(browser)).body), decision: 'approve' };
    const before = await codes();
    const pages = await Promise.all([1, 2, 3].map(() => browser.post('/consent', fields)));
    expect(pages.filter((page) => page.status === 200)).toHaveLength(1);
    expect(await codes()).toBe(before + 1);
  });

  it('denied, tells the client and leaves no grant', async () => {
    const grants = () => server.dataSource.query<unknown[]>('SELECT id FROM oauth_grants');
    const before = (await grants()).length;
    const page = await client.consent(new Browser(base), {}, 'deny');
    expect(page.status).toBe(303);
    const { searchParams } = new URL(page.location ?? '');
    expect([searchParams.get('error'), searchParams.get('state'), searchParams.get('iss')]).toEqual([
      'access_denied',
      'a state',
      base,
    ]);
    expect((await grants()).length).toBe(before);
  });

  it('approved, leads on without a redirect that CSP could stop', async () => {
    const page = await client.consent(new Browser(base), { redirect_uri: 'http://127.0.0.1:4711/cb' });
    expect(page.status).toBe(200);
    expect(page.location).toBeUndefined();
    const target = continueTarget(page.body);
    expect(target.origin).toBe('http://127.0.0.1:4711');
    expect([...target.searchParams.keys()]).toEqual(['code', 'state', 'iss']);
    expect(page.body.match(/href="http:\/\/127\.0\.0\.1:4711[^"]+"/)).not.toBeNull();
  });

  it.each(['', 'nonsense', '00000000-0000-4000-8000-000000000000', "'; DROP TABLE users; --"])(
    'does not know a request %j',
    async (id) => {
      const browser = new Browser(base);
      await browser.signIn();
      expect((await browser.get(`/consent?request=${encodeURIComponent(id)}`)).status).toBe(403);
    },
  );
});

describe('the account pages', () => {
  it('list a connection and end it', async () => {
    const browser = new Browser(base);
    const named = await TestClient.register(base, { client_name: 'My assistant' });
    const { access_token } = await named.connect(browser);
    const page = await browser.get('/account/connections');
    expect(page.body).toContain('My assistant');
    const [, row = ''] = page.body.split('My assistant');
    const answer = await browser.post('/account/connections', hiddenFields(row.split('</form>')[0] ?? ''));
    expect(answer.status).toBe(303);
    expect((await callMcp(base, bearer(access_token))).status).toBe(401);
  });

  it('end nothing of someone else', async () => {
    const browser = new Browser(base);
    const { access_token } = await client.connect(browser);
    const [grant] = await server.dataSource.query<{ id: string }[]>(
      'SELECT id FROM oauth_grants WHERE revoked_at IS NULL ORDER BY created_at DESC LIMIT 1',
    );
    const other = new Browser(base);
    await other.signIn(OTHER_USER);
    const { _csrf } = hiddenFields((await other.get('/account')).body);
    expect((await other.post('/account/connections', { _csrf, id: grant?.id })).status).toBe(404);
    expect((await callMcp(base, bearer(access_token))).status).toBe(200);
  });

  it('make a key, show it once, and revoke it', async () => {
    const browser = new Browser(base);
    await browser.signIn();
    const keys = server.app.get(ApiKeysService);
    const { _csrf } = hiddenFields((await browser.get('/account/keys')).body);
    const page = await browser.post('/account/keys', { _csrf, name: 'nightly' });
    const [key = ''] = /mrk_[\w-]{43}/.exec(page.body) ?? [];
    expect(await keys.verify(key)).toMatchObject({ email: USER.email, role: 'user', clientId: null });
    const list = await browser.get('/account/keys');
    expect(list.body).toContain('nightly');
    expect(list.body).not.toContain(key);
    const [, row = ''] = list.body.split('nightly');
    await browser.post('/account/keys/revoke', hiddenFields(row.split('</form>')[0] ?? ''));
    expect(await keys.verify(key)).toBeNull();
  });
});

describe('the front page', () => {
  it('is there without a session, with this server’s own address', async () => {
    const browser = new Browser(base);
    const page = await browser.get('/');
    expect(page.status).toBe(200);
    expect(page.body).toContain(`${base}/mcp`);
    expect(page.body).not.toMatch(/(src|href)="https?:/);
    expect(browser.cookies.size).toBe(0);
    const [, asset = ''] = /href="(\/assets\/style\.css\?v=\w+)"/.exec(page.body) ?? [];
    const stylesheet = await browser.get(asset);
    expect(stylesheet.headers.get('cache-control')).toContain('immutable');
    expect(stylesheet.headers.get('content-type')).toContain('text/css');
  });
});
