import { createHash, randomBytes } from 'node:crypto';

/** The person who signs in where a test does not say who. */
export const USER = { email: 'ada@example.org', password: 'correct horse battery' };
/** Somebody else. */
export const OTHER_USER = { email: 'eve@example.org', password: 'another long password' };

export type Fields = Record<string, string | undefined>;

const present = (fields: Fields): [string, string][] =>
  Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);

export const form = (fields: Fields): URLSearchParams => new URLSearchParams(present(fields));

export interface Page {
  status: number;
  headers: Headers;
  body: string;
  /** `Location`, absolute. */
  location: string | undefined;
}

/** A browser without a window: cookies, forms, and redirects that the test follows by hand. */
export class Browser {
  readonly cookies = new Map<string, string>();

  /** @param base origin of the server; a test that has two replicas may change it on the way */
  constructor(public base: string) {}

  get(path: string): Promise<Page> {
    return this.request(path, {});
  }

  post(path: string, fields: Fields): Promise<Page> {
    return this.request(path, { method: 'POST', body: form(fields) });
  }

  /** Fills in and sends the sign-in form; the page that `return_to` leads to is left to the caller. */
  async signIn(user = USER, path = '/login'): Promise<Page> {
    const page = await this.get(path);
    return this.post('/login', { ...hiddenFields(page.body), email: user.email, password: user.password });
  }

  private async request(path: string, init: RequestInit): Promise<Page> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const url = new URL(path, this.base);
    const response = await fetch(url, { ...init, redirect: 'manual', headers: cookie ? { cookie } : {} });
    for (const header of response.headers.getSetCookie()) {
      const [pair = ''] = header.split(';', 1);
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (value) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    const target = response.headers.get('location');
    return {
      status: response.status,
      headers: response.headers,
      body: await response.text(),
      location: target === null ? undefined : new URL(target, url).href,
    };
  }
}

/** The hidden fields of a page's form. */
export function hiddenFields(html: string): Record<string, string> {
  const fields = [...html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)];
  return Object.fromEntries(fields.map(([, name = '', value = '']) => [name, unescapeHtml(value)]));
}

/** Where the page after a consent sends the browser. */
export function continueTarget(html: string): URL {
  const [, target = ''] = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(html) ?? [];
  return new URL(unescapeHtml(target));
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&#x3D;', '=')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  expires_in: number;
  scope: string;
  token_type: string;
}

export interface JsonAnswer {
  status: number;
  headers: Headers;
  // Whatever the endpoint says; the tests name what they expect of it.
  body: Record<string, unknown>;
}

export async function json(response: Response): Promise<JsonAnswer> {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

export const VERIFIER = randomBytes(32).toString('base64url');
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

/** A registered client and what it does over HTTP. */
export class TestClient {
  private constructor(
    public base: string,
    readonly clientId: string,
    readonly secret: string | undefined,
    readonly redirectUri: string,
  ) {}

  static async register(base: string, metadata: Record<string, unknown> = {}): Promise<TestClient> {
    const body = { redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none', ...metadata };
    const answer = await register(base, body);
    if (answer.status !== 201)
      throw new Error(`registration answered ${answer.status} ${JSON.stringify(answer.body)}`);
    const [redirectUri = ''] = body.redirect_uris;
    return new TestClient(
      base,
      answer.body.client_id as string,
      answer.body.client_secret as string,
      redirectUri,
    );
  }

  /** A client that nobody has to register: its id is the address of a document. */
  static ofDocument(base: string, clientId: string, redirectUri: string): TestClient {
    return new TestClient(base, clientId, undefined, redirectUri);
  }

  authorizePath(changes: Fields = {}): string {
    return `/oauth/authorize?${form({
      response_type: 'code',
      client_id: this.clientId,
      redirect_uri: this.redirectUri,
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
      state: 'a state',
      ...changes,
    }).toString()}`;
  }

  /** Through authorization, sign-in (if needed) and consent, to the address that the client is called back at. */
  async consent(browser: Browser, changes: Fields = {}, decision = 'approve', user = USER): Promise<Page> {
    const page = await consentPage(browser, this, changes, user);
    return browser.post('/consent', { ...hiddenFields(page.body), decision });
  }

  async code(browser: Browser, changes: Fields = {}): Promise<string> {
    const page = await this.consent(browser, changes);
    return continueTarget(page.body).searchParams.get('code') ?? '';
  }

  /** A token request with exactly these fields beside the client's id. */
  async token(fields: Fields, headers: Record<string, string> = {}): Promise<JsonAnswer> {
    const body = form({ client_id: this.clientId, client_secret: this.secret, ...fields });
    return json(await fetch(`${this.base}/oauth/token`, { method: 'POST', body, headers }));
  }

  redeem(code: string, changes: Fields = {}): Promise<JsonAnswer> {
    return this.token({
      grant_type: 'authorization_code',
      code,
      code_verifier: VERIFIER,
      redirect_uri: this.redirectUri,
      ...changes,
    });
  }

  refresh(refreshToken: string, changes: Fields = {}): Promise<JsonAnswer> {
    return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...changes });
  }

  async connect(browser: Browser, changes: Fields = {}): Promise<Tokens> {
    const answer = await this.redeem(await this.code(browser, changes));
    if (answer.status !== 200)
      throw new Error(`token answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as unknown as Tokens;
  }

  async revoke(fields: Fields): Promise<JsonAnswer> {
    const body = form({ client_id: this.clientId, client_secret: this.secret, ...fields });
    return json(await fetch(`${this.base}/oauth/revoke`, { method: 'POST', body }));
  }
}

/** To the consent page of a fresh request, through sign-in where nobody is signed in. */
export async function consentPage(
  browser: Browser,
  client: TestClient,
  changes: Fields = {},
  user = USER,
): Promise<Page> {
  const authorized = await browser.get(client.authorizePath(changes));
  const page = await browser.get(authorized.location ?? '');
  if (!page.location) return page;
  const signedIn = await browser.signIn(user, page.location);
  return browser.get(signedIn.location ?? '');
}

export async function register(base: string, metadata: unknown): Promise<JsonAnswer> {
  const headers = { 'content-type': 'application/json' };
  return json(
    await fetch(`${base}/oauth/register`, { method: 'POST', headers, body: JSON.stringify(metadata) }),
  );
}

/** A call of the protected resource: `tools/list`, which every server of MCP answers. */
export async function callMcp(
  base: string,
  headers: Record<string, string> = {},
  query = '',
): Promise<JsonAnswer> {
  const response = await fetch(`${base}/mcp${query}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
  });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return json(response);
  const [, data = '{}'] = /^data: (.+)$/m.exec(await response.text()) ?? [];
  return {
    status: response.status,
    headers: response.headers,
    body: JSON.parse(data) as Record<string, unknown>,
  };
}

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
