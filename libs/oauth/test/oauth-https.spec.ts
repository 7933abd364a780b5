import { type OAuthApp, START_LIMIT_MS, startOAuthApp, USER } from './oauth-app.js';
import { form, hiddenFields } from './oauth-client.js';

let server: OAuthApp;

beforeAll(async () => {
  server = await startOAuthApp({ PUBLIC_URL: 'https://run.example', TRUST_PROXY: '127.0.0.1' });
}, START_LIMIT_MS);

afterAll(() => server.close());

const proxied = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '203.0.113.7' };

async function signIn(headers: Record<string, string>): Promise<Response> {
  const page = await fetch(`${server.listens}/login`, { headers: proxied });
  const [cookie = ''] = (page.headers.getSetCookie()[0] ?? '').split(';');
  const body = form({ ...hiddenFields(await page.text()), email: USER.email, password: USER.password });
  return fetch(`${server.listens}/login`, {
    method: 'POST',
    body,
    headers: { ...headers, cookie },
    redirect: 'manual',
  });
}

describe('behind a proxy that ends TLS', () => {
  it('sets a __Host- cookie, Secure, for this very host', async () => {
    const answer = await signIn(proxied);
    expect(answer.status).toBe(303);
    const [cookie = ''] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^__Host-sid=/);
    expect(cookie).toMatch(/; Secure/);
    expect(cookie).toMatch(/; Path=\//);
    expect(cookie).not.toMatch(/Domain/i);
    expect(answer.headers.get('strict-transport-security')).toContain('max-age');
  });

  it('says what to set when the proxy is not trusted, and does not send people round in circles', async () => {
    const answer = await signIn({});
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('TRUST_PROXY');
  });

  it('names itself by its configured address', async () => {
    const response = await fetch(`${server.listens}/.well-known/oauth-authorization-server`, {
      headers: { ...proxied, 'x-forwarded-host': 'evil.example' },
    });
    expect(((await response.json()) as { issuer: string }).issuer).toBe('https://run.example');
  });
});

it('the entities agree with the migrations', async () => {
  const { upQueries } = await server.dataSource.driver.createSchemaBuilder().log();
  expect(upQueries.map(({ query }) => query)).toEqual([]);
});
