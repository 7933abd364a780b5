import { type OAuthApp, START_LIMIT_MS, startOAuthApp } from './oauth-app.js';
import { Browser, type Fields, TestClient } from './oauth-client.js';

let server: OAuthApp;
let base: string;
let native: TestClient;
let web: TestClient;

beforeAll(async () => {
  server = await startOAuthApp();
  base = server.base;
  native = await TestClient.register(base);
  web = await TestClient.register(base, { redirect_uris: ['https://a.example/cb'] });
}, START_LIMIT_MS);

afterAll(() => server.close());

const rows = async (): Promise<number> => {
  const [count] = await server.dataSource.query<{ n: number }[]>(
    'SELECT count(*)::int AS n FROM oauth_authorization_requests',
  );
  return count?.n ?? -1;
};

describe('before client and redirect URI are known to be right, nobody is redirected', () => {
  const refused: [string, () => string][] = [
    ['no client_id', () => native.authorizePath({ client_id: undefined })],
    ['an unknown client_id', () => native.authorizePath({ client_id: 'mrc_unknown' })],
    ['a client_id with a NUL', () => native.authorizePath({ client_id: 'a\0b' })],
    ['two client_ids', () => `${native.authorizePath()}&client_id=${native.clientId}`],
    [
      'two redirect_uris',
      () => `${native.authorizePath()}&redirect_uri=${encodeURIComponent(native.redirectUri)}`,
    ],
    ['another redirect_uri', () => web.authorizePath({ redirect_uri: 'https://evil.example/cb' })],
    ['a longer redirect_uri', () => web.authorizePath({ redirect_uri: 'https://a.example/cb/' })],
    ['localhost for 127.0.0.1', () => native.authorizePath({ redirect_uri: 'http://localhost:5000/cb' })],
    [
      'a look-alike of loopback',
      () => native.authorizePath({ redirect_uri: 'http://127.0.0.1.evil.example/cb' }),
    ],
  ];

  it.each(refused)('%s', async (_, path) => {
    const before = await rows();
    const page = await new Browser(base).get(path());
    expect(page.status).toBe(400);
    expect(page.location).toBeUndefined();
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    expect(await rows()).toBe(before);
  });

  it('does not go on without a redirect_uri when there are two', async () => {
    const two = await TestClient.register(base, {
      redirect_uris: ['https://a.example/1', 'https://a.example/2'],
    });
    expect((await new Browser(base).get(two.authorizePath({ redirect_uri: undefined }))).status).toBe(400);
    expect((await new Browser(base).get(web.authorizePath({ redirect_uri: undefined }))).status).toBe(303);
  });
});

describe('an application on the own machine hears of its errors by redirect', () => {
  const wrong: [string, Fields][] = [
    ['invalid_request', { response_type: undefined }],
    ['unsupported_response_type', { response_type: 'token' }],
    ['invalid_request', { code_challenge: undefined }],
    ['invalid_request', { code_challenge_method: 'plain' }],
    ['invalid_request', { code_challenge_method: undefined }],
    ['invalid_request', { code_challenge: 'short' }],
    ['invalid_target', { resource: 'https://other.example/' }],
    ['invalid_scope', { scope: 'a"b' }],
  ];

  it.each(wrong)('%s to %j', async (error, changes) => {
    const redirect_uri = 'http://127.0.0.1:54321/cb';
    const page = await new Browser(base).get(
      native.authorizePath({ redirect_uri, state: 'x&=+ é', ...changes }),
    );
    expect(page.status).toBe(303);
    const target = new URL(page.location ?? '');
    expect(target.origin + target.pathname).toBe(redirect_uri);
    expect(target.searchParams.get('error')).toBe(error);
    expect(target.searchParams.get('state')).toBe('x&=+ é');
    expect(target.searchParams.getAll('iss')).toEqual([base]);
  });

  it('no state stays no state', async () => {
    const page = await new Browser(base).get(
      native.authorizePath({ state: undefined, response_type: undefined }),
    );
    expect(new URL(page.location ?? '').searchParams.has('state')).toBe(false);
  });
});

describe('an application on the web', () => {
  it('cannot use this server to send strangers anywhere', async () => {
    const page = await new Browser(base).get(web.authorizePath({ response_type: undefined }));
    expect(page.status).toBe(400);
    expect(page.location).toBeUndefined();
    expect(page.body).toContain('Go back to a.example');
    expect(page.body).toContain('invalid_request');
  });

  it('hears of its errors when the person is signed in', async () => {
    const browser = new Browser(base);
    await browser.signIn();
    const page = await browser.get(web.authorizePath({ response_type: undefined }));
    expect(page.status).toBe(303);
    expect(page.location).toMatch(/^https:\/\/a\.example\/cb\?error=invalid_request&/);
  });
});

describe('what may vary', () => {
  it.each([
    ['any loopback port', () => native.authorizePath({ redirect_uri: 'http://127.0.0.1:54321/cb' })],
    ['unknown scopes', () => native.authorizePath({ scope: 'openid email profile' })],
    ['a scope that begins with a space', () => native.authorizePath({ scope: ' offline_access' })],
    ['the resource with a slash', () => native.authorizePath({ resource: `${base}/mcp/` })],
    [
      'prompt and parameters that nobody knows',
      () => native.authorizePath({ prompt: 'consent', foo: 'bar' }),
    ],
    [
      'the path that some clients guess',
      () => native.authorizePath().replace('/oauth/authorize', '/authorize'),
    ],
  ])('%s', async (_, path) => {
    const page = await new Browser(base).get(path());
    expect(page.status).toBe(303);
    expect(page.location).toMatch(new RegExp(`^${base}/consent\\?request=`));
    expect(page.headers.get('cache-control')).toBe('no-store');
  });
});
