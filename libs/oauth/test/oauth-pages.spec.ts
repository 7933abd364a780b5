import { ApiKeysService, UsersService } from '#libs/accounts';
import { Browser, hiddenFields, USER } from '../../../test/support/oauth-client.js';
import { type OAuthApp, START_LIMIT_MS, startOAuthApp } from './oauth-app.js';

/** What people see: the rules that OAuth has for pages are rows of test/conformance/oauth. */
let server: OAuthApp;
let base: string;
let browser: Browser;

beforeAll(async () => {
  server = await startOAuthApp();
  base = server.base;
  browser = new Browser(base);
  await browser.signIn();
}, START_LIMIT_MS);

afterAll(() => server.close());

describe('an API key', () => {
  it('is shown once, works, and can be revoked', async () => {
    const keys = server.app.get(ApiKeysService);
    const form = hiddenFields((await browser.get('/account/keys')).body);
    const page = await browser.post('/account/keys', { ...form, name: 'hourly' });
    const [key = ''] = /mrk_[\w-]{43}/.exec(page.body) ?? [];
    expect(await keys.verify(key)).toMatchObject({ email: USER.email, role: 'user', clientId: null });
    const list = await browser.get('/account/keys');
    expect(list.body).toContain('hourly');
    expect(list.body).not.toContain(key);
    const [, row = ''] = list.body.split('hourly');
    await browser.post('/account/keys/revoke', hiddenFields(row.split('</form>')[0] ?? ''));
    expect(await keys.verify(key)).toBeNull();
  });

  it('is made once, however often its form is sent', async () => {
    const page = await browser.get('/account/keys');
    const form = { ...hiddenFields(page.body), name: 'nightly' };
    const [first, second] = await Promise.all([1, 2].map(() => browser.post('/account/keys', form)));
    const again = await browser.post('/account/keys', form);
    const keys = [first, second, again].map((answer) => /mrk_[\w-]{43}/.exec(answer?.body ?? '')?.[0]);
    expect(keys.filter(Boolean)).toHaveLength(1);
    expect(again.status).toBe(409);
    expect(again.body).toContain('made already');
    expect((again.body.match(/>nightly</g) ?? []).length).toBe(1);
    const other = await browser.post('/account/keys', { ...hiddenFields(again.body), name: 'weekly' });
    expect(other.body).toMatch(/mrk_[\w-]{43}/);
    const created = await server.dataSource.query<{ ip: string }[]>(
      `SELECT ip FROM audit_records WHERE type = 'api_key.created' ORDER BY id`,
    );
    expect(created.at(-1)?.ip).toBe('127.0.0.1');
  });

  it('is one of a user unless its owner chooses more, and never more than its owner', async () => {
    const make = async (person: Browser, fields: Record<string, string>) => {
      const { _csrf } = hiddenFields((await person.get('/account/keys')).body);
      const { status, body } = await person.post('/account/keys', { _csrf, ...fields });
      const [key = ''] = /mrk_[\w-]{43}/.exec(body) ?? [];
      return { status, body, role: (await server.app.get(ApiKeysService).verify(key))?.role };
    };
    const boss = new Browser(base);
    const user = { email: 'boss@example.org', password: 'a long password' };
    await server.app.get(UsersService).create({ ...user, role: 'admin' });
    await boss.signIn(user);
    expect(await make(boss, { name: 'plain' })).toMatchObject({ status: 200, role: 'user' });
    const strong = await make(boss, { name: 'strong', role: 'admin' });
    expect(strong).toMatchObject({ status: 200, role: 'admin' });
    expect(strong.body).toMatch(/strong<[^]*role <strong>admin<[^]*plain<[^]*role <strong>user</);
    expect((await browser.get('/account/keys')).body).not.toContain('type="radio"');
    const refused = await make(browser, { name: 'greedy', role: 'admin' });
    expect(refused).toMatchObject({ status: 403, role: undefined });
    expect(refused.body).toContain('A key of yours has at most your own role, “user”.');
  });

  it('needs a name, and says so at the field', async () => {
    const { _csrf } = hiddenFields((await browser.get('/account/keys')).body);
    const answer = await browser.post('/account/keys', { _csrf, name: '  ' });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain('The name must have 1 to 100 characters.');
  });

  it.each(['/account/keys', '/account/keys/revoke', '/account/connections', '/account/password', '/consent'])(
    'is not made, nor anything else done, by a POST to %s with a token and no form',
    async (path) => {
      const { _csrf = '' } = hiddenFields((await browser.get('/account/keys')).body);
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(`${base}${path}`, {
        method: 'POST',
        headers: { cookie, 'csrf-token': _csrf },
      });
      expect(answer.status).toBe(403);
    },
  );
});

describe('the front page', () => {
  it('is there without a session, with this server’s own address', async () => {
    const stranger = new Browser(base);
    const page = await stranger.get('/');
    expect(page.status).toBe(200);
    expect(page.body).toContain(`${base}/mcp`);
    expect(page.body).not.toMatch(/(src|href)="https?:/);
    expect(stranger.cookies.size).toBe(0);
    const [, asset = ''] = /href="(\/assets\/style\.css\?v=\w+)"/.exec(page.body) ?? [];
    const stylesheet = await stranger.get(asset);
    expect(stylesheet.headers.get('cache-control')).toContain('immutable');
    expect(stylesheet.headers.get('content-type')).toContain('text/css');
  });
});
