import { type OAuthApp, START_LIMIT_MS, startOAuthApp } from './oauth-app.js';
import {
  bearer,
  Browser,
  callMcp,
  continueTarget,
  hiddenFields,
  type Page,
  TestClient,
} from '../../../test/support/oauth-client.js';
import { UsersService } from '#libs/accounts';

let server: OAuthApp;
let base: string;
let people = 0;

beforeAll(async () => {
  server = await startOAuthApp();
  base = server.base;
}, START_LIMIT_MS);

afterAll(() => server.close());

/** Somebody new, signed in. */
async function person(): Promise<{ browser: Browser; email: string; password: string }> {
  const user = { email: `person${(people += 1)}@example.org`, password: 'the first password' };
  await server.app.get(UsersService).create({ ...user, role: 'user' });
  const browser = new Browser(base);
  await browser.signIn(user);
  return { browser, ...user };
}

async function changePassword(browser: Browser, fields: Record<string, string>): Promise<Page> {
  const page = await browser.get('/account/password');
  return browser.post('/account/password', { ...hiddenFields(page.body), ...fields });
}

const audited = (type: string): Promise<{ user_id: string; actor_id: string; ip: string }[]> =>
  server.dataSource.query('SELECT * FROM audit_records WHERE type = $1 ORDER BY id', [type]);

describe('the password page', () => {
  it('names every field that is wrong, and changes nothing', async () => {
    const { browser, password, email } = await person();
    const empty = await changePassword(browser, {});
    expect(empty.status).toBe(400);
    for (const text of ['Enter your current password', 'at least 8 characters', 'aria-invalid="true"'])
      expect(empty.body).toContain(text);
    const wrong = await changePassword(browser, {
      current_password: 'not this one',
      new_password: 'another password',
      new_password_again: 'another passwort',
    });
    expect(wrong.body).toContain('This is not your current password.');
    expect(wrong.body).toContain('The two new passwords are not the same.');
    expect(wrong.body).not.toContain('not this one');
    expect((await new Browser(base).signIn({ email, password })).status).toBe(303);
  });

  it('counts guesses like those at the sign-in', async () => {
    const { browser } = await person();
    const guess = {
      current_password: 'a guess',
      new_password: 'a new password',
      new_password_again: 'a new password',
    };
    for (let attempt = 0; attempt < 10; attempt += 1)
      expect((await changePassword(browser, guess)).status).toBe(400);
    const answer = await changePassword(browser, guess);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  }, 20_000);

  it('changes it, says what that ended, once, and is in the audit trail', async () => {
    const { browser, email, password } = await person();
    const client = await TestClient.register(base);
    const { access_token } = await client.connect(browser);
    const answer = await changePassword(browser, {
      current_password: password,
      new_password: 'a much better one',
      new_password_again: 'a much better one',
    });
    expect(answer.status).toBe(303);
    expect((await browser.get('/account/password')).body).toContain('Your password is changed.');
    expect((await browser.get('/account/password')).body).not.toContain('Your password is changed.');
    expect((await new Browser(base).signIn({ email, password })).status).toBe(401);
    await eventually(async () => (await callMcp(base, bearer(access_token))).status === 401);
    const record = (await audited('password.changed')).at(-1);
    expect(record).toMatchObject({ actor_id: record?.user_id, ip: '127.0.0.1' });
  });

  it('needs the form’s own token', async () => {
    const { browser } = await person();
    expect((await browser.post('/account/password', { current_password: 'x' })).status).toBe(403);
  });

  it('is not there for someone without a password', async () => {
    const { browser } = await person();
    await server.dataSource.query(`UPDATE users SET password_hash = NULL WHERE email = $1`, [
      `person${people}@example.org`,
    ]);
    expect((await browser.get('/account')).body).not.toContain('/account/password');
    expect((await browser.get('/account/password')).status).toBe(404);
  });
});

describe('a grant that is given while the user is being signed out', () => {
  it('is worthless, whichever came first', async () => {
    const { browser, email } = await person();
    const users = server.app.get(UsersService);
    const user = await users.findByEmail(email);
    const client = await TestClient.register(base);
    for (let round = 0; round < 5; round += 1) {
      const page = await browser.get((await browser.get(client.authorizePath())).location ?? '');
      const form = { ...hiddenFields(page.body), decision: 'approve' };
      const password = `password number ${round}`;
      const [consent] = await Promise.all([
        browser.post('/consent', form),
        users.setPassword(user!, password),
      ]);
      if (consent.status === 200) {
        const code = continueTarget(consent.body).searchParams.get('code') ?? '';
        expect((await client.redeem(code)).body.error).toBe('invalid_grant');
      }
      await browser.signIn({ email, password });
    }
  }, 20_000);
});

describe('a call with an access token', () => {
  it('is the user’s who consented, through the client that asked', async () => {
    const { browser, email } = await person();
    const client = await TestClient.register(base);
    const { access_token } = await client.connect(browser);
    const { body } = await callMcp(base, bearer(access_token));
    expect(body).toMatchObject({ email, role: 'user', clientId: client.clientId });
  });
});

describe('the connections page', () => {
  it('says what each assistant is and may do, and that one is gone', async () => {
    const { browser } = await person();
    const client = await TestClient.register(base, {
      client_name: 'My & assistant',
      redirect_uris: ['https://app.example/cb'],
    });
    await client.connect(browser, { scope: 'mcp offline_access' });
    const page = await browser.get('/account/connections');
    for (const text of ['My &amp; assistant', 'Unverified', 'app.example', 'Run models', 'never used'])
      expect(page.body).toContain(text);
    const [, row = ''] = page.body.split('<li>');
    await browser.post('/account/connections', hiddenFields(page.body.slice(page.body.indexOf(row))));
    const after = (await browser.get('/account/connections')).body;
    expect(after).toContain('My &amp; assistant is disconnected.');
    expect(after).toContain('No assistant is connected');
  });
});

describe('consent for an address that CSP cannot name', () => {
  it('leads on by a page, after a no as well', async () => {
    const { browser } = await person();
    const client = await TestClient.register(base, { redirect_uris: ['http://[::1]:4711/cb'] });
    const page = await browser.get((await browser.get(client.authorizePath())).location ?? '');
    expect(page.headers.get('content-security-policy')).toMatch(/form-action 'self'$/);
    const answer = await browser.post('/consent', { ...hiddenFields(page.body), decision: 'deny' });
    expect(answer.status).toBe(200);
    expect(continueTarget(answer.body).searchParams.get('error')).toBe('access_denied');
    expect((await audited('consent.denied')).at(-1)?.ip).toBe('127.0.0.1');
  });
});

describe('an address that leads nowhere', () => {
  const PATHS = [
    ['/nope', 404],
    ['/account/nope', 404],
    ['/media/%zz', 400],
    [`/assets/${'x'.repeat(600)}`, 400],
  ] as const;

  it.each(PATHS)('is a page to a browser: %s', async (path, status) => {
    const answer = await fetch(`${base}${path}`, { headers: { accept: 'text/html,application/xhtml+xml' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(answer.headers.get('x-request-id')).toBeTruthy();
    expect(await answer.text()).toContain('href="/"');
  });

  it.each([...PATHS, ['/.well-known/nope', 404], ['/admin/nope', 404], ['/storage/nope', 404]] as const)(
    'is JSON to a program: %s',
    async (path, status) => {
      const accept = /^\/(\.well-known|admin|storage)/.test(path) ? 'text/html' : '*/*';
      const answer = await fetch(`${base}${path}`, { headers: { accept } });
      expect(answer.status).toBe(status);
      expect(await answer.json()).toMatchObject({ request_id: answer.headers.get('x-request-id') });
    },
  );
});

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 2_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not come true');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
