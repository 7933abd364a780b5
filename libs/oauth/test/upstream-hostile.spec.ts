import { type Behaviour, HostileProvider } from '../../../test/support/hostile-provider.js';
import { type OAuthApp, START_LIMIT_MS, startOAuthApp } from './oauth-app.js';
import { Browser, type Page } from '../../../test/support/oauth-client.js';

let server: OAuthApp;
let provider: HostileProvider;

beforeAll(async () => {
  provider = await HostileProvider.start();
}, START_LIMIT_MS);

afterAll(() => provider?.stop());

beforeEach(() => {
  provider.behaviour = {};
});

const start = (environment: NodeJS.ProcessEnv = {}): Promise<OAuthApp> =>
  startOAuthApp({
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: HostileProvider.clientId,
    OIDC_CLIENT_SECRET: HostileProvider.secret,
    OIDC_NAME: 'Example Login',
    ...environment,
  });

/** Away to the provider and back, whatever it does. */
async function signIn(browser = new Browser(server.base)): Promise<Page> {
  const begun = await browser.get('/login/oidc');
  if (begun.status !== 303) return begun;
  return browser.get(provider.authorize(begun.location ?? '').href);
}

const isSignedIn = async (browser: Browser): Promise<boolean> =>
  (await browser.get('/account')).status === 200;

/** @returns what the page says */
async function refused(status: number): Promise<string> {
  const browser = new Browser(server.base);
  const page = await signIn(browser);
  expect(page.status).toBe(status);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.body).toContain('You are not signed in');
  expect(await isSignedIn(browser)).toBe(false);
  return page.body;
}

const hour = 3_600;
const now = (): number => Math.floor(Date.now() / 1_000);

describe('an ID token', () => {
  beforeAll(async () => {
    server = await start();
  }, START_LIMIT_MS);

  afterAll(() => server?.close());

  it('that is right signs in', async () => {
    const browser = new Browser(server.base);
    expect((await signIn(browser)).status).toBe(303);
    expect(await isSignedIn(browser)).toBe(true);
    const [request] = provider.tokenRequests.slice(-1);
    expect(request?.get('redirect_uri')).toBe(`${server.base}/login/oidc/callback`);
    expect(request?.get('code_verifier')).toMatch(/^[\w-]{43,128}$/);
  });

  it.each<[string, () => Behaviour]>([
    ['for another sign-in', () => ({ claims: { nonce: 'another nonce' } })],
    ['without a nonce', () => ({ claims: { nonce: undefined } })],
    ['of another issuer', () => ({ claims: { iss: 'https://evil.example' } })],
    ['of an issuer with one more slash', () => ({ claims: { iss: `${provider.issuer}/` } })],
    ['of nobody', () => ({ claims: { iss: undefined } })],
    ['for another client', () => ({ claims: { aud: 'another client' } })],
    [
      'for several clients, the first of them another',
      () => ({
        claims: { aud: ['other', HostileProvider.clientId], azp: 'other' },
      }),
    ],
    ['that is over', () => ({ claims: { iat: now() - 2 * hour, exp: now() - hour } })],
    ['that never ends', () => ({ claims: { exp: undefined } })],
    ['that does not hold yet', () => ({ claims: { nbf: now() + hour } })],
    ['without a time', () => ({ claims: { iat: undefined } })],
    ['of nobody in particular', () => ({ claims: { sub: undefined } })],
    ['of a subject without a name', () => ({ claims: { sub: '' } })],
    ['of a subject that cannot be stored', () => ({ claims: { sub: 'ada\u0000' } })],
    ['of a subject longer than the specification has it', () => ({ claims: { sub: 'x'.repeat(256) } })],
    ['of a number', () => ({ claims: { sub: 7 } })],
    ['for another access token', () => ({ claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } })],
    ['with a hash that is none', () => ({ claims: { at_hash: 5 } })],
    ['without a signature', () => ({ signature: 'none' })],
    ['signed by somebody else', () => ({ signature: 'other key' })],
    ['signed with the public key as a secret', () => ({ signature: 'HS256 with the public key' })],
    ['signed with the client’s secret', () => ({ signature: 'HS256 with the secret' })],
    ['signed with a key that is not published', () => ({ kid: 'another key' })],
    ['that is not there', () => ({ signature: 'missing' })],
    ['that is no token', () => ({ tokens: { id_token: 'x.y.z' } })],
    ['that is a number', () => ({ tokens: { id_token: 5 } })],
  ])('%s signs nobody in', async (_, behaviour) => {
    provider.behaviour = behaviour();
    expect(await refused(400)).toContain('does not fit this sign-in');
  });

  it('whose UserInfo speaks of somebody else signs nobody in', async () => {
    const claims = { email: undefined, email_verified: undefined };
    provider.behaviour = { claims, userInfo: { sub: 'eve', email: 'eve@example.com', email_verified: true } };
    await refused(400);
    provider.behaviour = { claims, userInfo: { sub: 'ada', email: 'ada@example.com' } };
    expect((await signIn()).status).toBe(303);
  });

  it('makes no account without a word of the audit trail, and no account at all when it is wrong', async () => {
    const users = async () => {
      const [row] = await server.dataSource.query<{ n: number }[]>('SELECT count(*)::int AS n FROM users');
      return row?.n;
    };
    const before = await users();
    provider.behaviour = { claims: { sub: 'new', email: 'new@example.com', nonce: 'wrong' } };
    await refused(400);
    expect(await users()).toBe(before);
    const [record] = await server.dataSource.query<object[]>(
      'SELECT type, details, ip FROM audit_records ORDER BY id DESC LIMIT 1',
    );
    expect(record).toEqual({
      type: 'sign_in.failed',
      details: { method: 'oidc', reason: 'invalid_answer' },
      ip: '127.0.0.1',
    });
  });
});

describe('a provider', () => {
  beforeAll(async () => {
    server = await start();
  }, START_LIMIT_MS);

  afterAll(() => server?.close());

  type Answer = NonNullable<Behaviour['answers']>[string];

  const DISCOVERY = '/.well-known/openid-configuration';
  const html =
    (status: number): Answer =>
    (_, response) =>
      response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
  const elsewhere: Answer = (_, response) => response.writeHead(302, { location: provider.issuer }).end();
  const hangUp: Answer = (request) => request.socket.destroy();
  const half: Answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"access_token":"');
  };
  const never: Answer = () => undefined;
  const unknownClient: Answer = (_, response) =>
    response
      .writeHead(401, { 'content-type': 'application/json', 'www-authenticate': 'Basic realm="x"' })
      .end('{"error":"invalid_client"}');

  it.each<[string, Behaviour]>([
    ['fails', { answers: { [DISCOVERY]: html(500) } }],
    ['is a page', { answers: { [DISCOVERY]: html(200) } }],
    ['leads elsewhere', { answers: { [DISCOVERY]: elsewhere } }],
    ['hangs up', { answers: { [DISCOVERY]: hangUp } }],
    ['never comes, within five seconds', { answers: { [DISCOVERY]: never } }],
  ])(
    'whose discovery %s does not answer',
    async (_, behaviour) => {
      provider.behaviour = behaviour;
      const begin = performance.now();
      expect(await refused(503)).toContain('Example Login does not answer right now');
      expect(performance.now() - begin).toBeLessThan(8_000);
    },
    20_000,
  );

  it('that says it is another is a matter of the settings', async () => {
    provider.behaviour = { metadata: { issuer: 'https://other.example' } };
    expect(await refused(503)).toContain('not set up to work together');
  });

  it('is discovered when it is there again, once for many at once', async () => {
    let asked = 0;
    const slow: Answer = (request, response) => {
      asked += 1;
      setTimeout(() => html(500)(request, response), 1_500);
    };
    provider.behaviour = { answers: { [DISCOVERY]: slow } };
    await Promise.all([1, 2, 3, 4, 5].map(() => new Browser(server.base).get('/login/oidc')));
    expect(asked).toBe(1);
    provider.behaviour = {};
    expect((await signIn()).status).toBe(303);
    provider.behaviour = { answers: { [DISCOVERY]: html(500) } };
    expect((await signIn()).status).toBe(303);
  });

  it.each<[string, Behaviour]>([
    ['whose token endpoint fails', { answers: { '/token': html(502) } }],
    ['whose token endpoint hangs up', { answers: { '/token': hangUp } }],
    ['whose token endpoint never ends its answer', { answers: { '/token': half } }],
    ['whose UserInfo fails', { claims: { email: undefined }, answers: { '/userinfo': html(500) } }],
  ])(
    '%s does not answer',
    async (_, behaviour) => {
      provider.behaviour = behaviour;
      expect(await refused(503)).toContain('Example Login does not answer right now');
    },
    20_000,
  );

  it('that does not know this client is a matter of the settings', async () => {
    provider.behaviour = { answers: { '/token': unknownClient } };
    expect(await refused(503)).toContain('not set up to work together');
  });
});

describe('with a server that has asked nothing yet', () => {
  afterEach(() => server?.close());

  it.each([
    ['in the header by default', undefined, null],
    ['in the body where the provider wants it there', ['client_secret_post'], HostileProvider.secret],
  ])('the client’s secret is sent %s', async (_, methods, secret) => {
    provider.behaviour = { metadata: { token_endpoint_auth_methods_supported: methods } };
    server = await start();
    expect((await signIn()).status).toBe(303);
    expect(provider.tokenRequests.at(-1)?.get('client_secret')).toBe(secret);
  });

  it('a provider whose keys cannot be had does not answer', async () => {
    provider.behaviour = { answers: { '/jwks': (_, response) => response.writeHead(503).end() } };
    server = await start();
    expect(await refused(503)).toContain('Example Login does not answer right now');
    provider.behaviour = {};
    expect((await signIn()).status).toBe(303);
  });
});

describe('the list of domains', () => {
  beforeAll(async () => {
    server = await start({ OIDC_ALLOWED_DOMAINS: 'example.com' });
  }, START_LIMIT_MS);

  afterAll(() => server?.close());

  it('lets in whose address is verified and in it, every time anew', async () => {
    expect((await signIn()).status).toBe(303);
    provider.behaviour = { claims: { email: 'ada@left.example' } };
    expect(await refused(403)).toContain('ada@left.example may not sign in');
    provider.behaviour = { claims: { email_verified: false } };
    expect(await refused(403)).toContain('has not verified the address ada@example.com');
    provider.behaviour = {};
    expect((await signIn()).status).toBe(303);
  });
});

describe('without local passwords', () => {
  beforeAll(async () => {
    server = await start({ LOCAL_PASSWORDS: 'false' });
  }, START_LIMIT_MS);

  afterAll(() => server?.close());

  it('the page has no form, and no form is taken', async () => {
    const browser = new Browser(server.base);
    const page = await browser.get('/login');
    expect(page.body).toContain('Continue with Example Login');
    expect(page.body).not.toContain('<form');
    expect(page.body).not.toContain('password');
    const withToken = await browser.signIn();
    expect(withToken.status).toBe(403);
    expect(await isSignedIn(browser)).toBe(false);
  });
});

describe('without a provider', () => {
  beforeAll(async () => {
    server = await startOAuthApp();
  }, START_LIMIT_MS);

  afterAll(() => server?.close());

  it('there is no button, and nothing behind its address', async () => {
    const browser = new Browser(server.base);
    expect((await browser.get('/login')).body).not.toContain('Continue with');
    expect((await browser.get('/login/oidc')).status).toBe(404);
    expect((await browser.get('/login/oidc/callback?code=x&state=x')).status).toBe(404);
  });
});
