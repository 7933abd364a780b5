import { type OAuthApp, START_LIMIT_MS, startOAuthApp } from './oauth-app.js';
import { Browser, hiddenFields, type JsonAnswer, json, USER } from '../../../test/support/oauth-client.js';

let server: OAuthApp;

/** Behind a proxy, which tests play themselves: so each can come from addresses of its own. */
beforeAll(async () => {
  server = await startOAuthApp({
    TRUST_PROXY: 'loopback',
    RATE_LIMIT_REGISTER_PER_HOUR: '3',
    RATE_LIMIT_AUTHORIZE_PER_15_MIN: '3',
    RATE_LIMIT_LOGIN_PER_ADDRESS: '4',
    RATE_LIMIT_LOGIN_PER_ACCOUNT: '2',
    RATE_LIMIT_TOKEN_PER_MINUTE: '3',
    RATE_LIMIT_TOKEN_PER_ADDRESS: '7',
  });
}, START_LIMIT_MS);
afterAll(() => server?.close());

const from = (address: string) => ({ 'x-forwarded-for': address });

async function register(address: string): Promise<JsonAnswer> {
  const response = await fetch(`${server.base}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...from(address) },
    body: JSON.stringify({ redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none' }),
  });
  return json(response);
}

async function token(
  address: string,
  clientId: string,
  path = '/oauth/token',
  basic = false,
): Promise<JsonAnswer> {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: 'mrr_none',
    token: 'none',
    ...(!basic && { client_id: clientId }),
  });
  const headers: Record<string, string> = from(address);
  if (basic) headers.authorization = `Basic ${btoa(`${clientId}:`)}`;
  return json(await fetch(`${server.base}${path}`, { method: 'POST', headers, body }));
}

function expectRefusal(answer: JsonAnswer, longest: number): void {
  expect(answer.status).toBe(429);
  const seconds = Number(answer.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(longest);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.body).toEqual({ error: 'temporarily_unavailable', error_description: expect.any(String) });
}

describe('the limit on registration', () => {
  it('counts per address, and what a caller puts in front of it does not matter', async () => {
    for (const spoofed of ['1.1.1.1', '2.2.2.2', '3.3.3.3'])
      expect((await register(`${spoofed}, 198.51.100.1`)).status).toBe(201);
    expectRefusal(await register('4.4.4.4, 198.51.100.1'), 3_600);
    expect((await register('198.51.100.2')).status).toBe(201);
  });

  it('takes a /64 of IPv6 for one address', async () => {
    for (const host of [':1', ':ffff', 'a:b:c:d'])
      expect((await register(`2001:db8:0:1:${host}`)).status).toBe(201);
    expectRefusal(await register('2001:db8:0:1:9::9'), 3_600);
    expect((await register('2001:db8:0:2::1')).status).toBe(201);
  });
});

describe('the limit on authorization requests', () => {
  it('answers with a page', async () => {
    const page = (address: string) => fetch(`${server.base}/oauth/authorize`, { headers: from(address) });
    for (let attempt = 0; attempt < 3; attempt += 1) expect((await page('198.51.100.10')).status).toBe(400);
    const refused = await page('198.51.100.10');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('content-type')).toContain('text/html');
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(await refused.text()).toContain('Too many attempts');
    expect((await page('198.51.100.11')).status).toBe(400);
  });
});

describe('the limits on tokens', () => {
  it('count each client at an address for itself, however it names itself', async () => {
    for (const basic of [false, true, false])
      expect((await token('198.51.100.20', 'one', '/oauth/token', basic)).status).toBe(401);
    expectRefusal(await token('198.51.100.20', 'one'), 60);
    expectRefusal(await token('198.51.100.20', 'one', '/oauth/revoke', true), 60);
    expect((await token('198.51.100.20', 'other')).status).toBe(401);
  });

  it('have an end for clients that are made up', async () => {
    for (let attempt = 0; attempt < 7; attempt += 1)
      expect((await token('198.51.100.21', `made up ${attempt}`)).status).toBe(401);
    expectRefusal(await token('198.51.100.21', 'made up 8'), 60);
    expect((await token('198.51.100.22', 'made up 8')).status).toBe(401);
  });
});

describe('the limits on sign-in', () => {
  const attempt = async (address: string, email: string, password: string) => {
    const browser = new Browser(server.base);
    const page = await browser.get('/login');
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return fetch(`${server.base}/login`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie, ...from(address) },
      body: new URLSearchParams({ ...hiddenFields(page.body), email, password }),
    });
  };

  it('shut an account after its failures, from wherever they came, and nobody else', async () => {
    const victim = 'Victim@example.org';
    expect((await attempt('198.51.100.30', victim, 'guess one')).status).toBe(401);
    expect((await attempt('198.51.100.31', ` ${victim.toLowerCase()}`, 'guess two')).status).toBe(401);
    const refused = await attempt('198.51.100.32', victim, 'guess three');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('content-type')).toContain('text/html');
    expect((await attempt('198.51.100.32', USER.email, USER.password)).status).toBe(303);
  });

  it('shut an address after its failures at any account', async () => {
    for (const name of ['a', 'b', 'c', 'd'])
      expect((await attempt('198.51.100.40', `${name}@example.org`, 'a guess')).status).toBe(401);
    expect((await attempt('198.51.100.40', USER.email, USER.password)).status).toBe(429);
  });

  it('do not count what succeeds', async () => {
    for (let time = 0; time < 6; time += 1)
      expect((await attempt('198.51.100.50', USER.email, USER.password)).status).toBe(303);
  });

  it('keep nothing of what was typed', async () => {
    await attempt('198.51.100.60', 'my secret password', 'in the wrong field');
    const rows = await server.dataSource.query<{ key: string }[]>('SELECT key FROM rate_limits');
    const keys = rows.map(({ key }) => key).join('\n');
    expect(keys).toContain('198.51.100.60');
    expect(keys).not.toContain('secret');
    expect(keys).not.toContain('example.org');
    expect(keys).not.toContain('made up');
  });
});

describe('forwarding headers of somebody who is no trusted proxy', () => {
  it('do not buy anyone another count', async () => {
    const open = await startOAuthApp({ RATE_LIMIT_REGISTER_PER_HOUR: '2' });
    try {
      const statuses: number[] = [];
      for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.3']) {
        const headers = {
          'content-type': 'application/json',
          ...from(address),
          forwarded: `for=${address}`,
          'x-real-ip': address,
          'true-client-ip': address,
          'cf-connecting-ip': address,
        };
        const body = JSON.stringify({ redirect_uris: ['http://127.0.0.1/cb'] });
        statuses.push((await fetch(`${open.base}/oauth/register`, { method: 'POST', headers, body })).status);
      }
      expect(statuses).toEqual([201, 201, 429]);
    } finally {
      await open.close();
    }
  });
});
