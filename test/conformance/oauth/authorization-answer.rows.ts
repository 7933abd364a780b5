import {
  Browser,
  consentPage,
  continueTarget,
  type Fields,
  form,
  hiddenFields,
  OTHER_USER,
  type Page,
  register as registerAnew,
  TestClient,
  VERIFIER,
} from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { adding, count } from './pages.js';
import { row } from './row.js';

/** Strings that a wrong encoding would change, cut, or read as something else. */
const HARD_STATES = [
  'a+b c%d&e=f/g?h#i',
  '%2B%26%00%zz',
  ' a space at both ends ',
  '"quotes" & \'apostrophes\' <script>alert(1)</script>',
  'line\r\nSet-Cookie: planted=1\r\n\r\n<html>',
  '{"nonce":"x","returnTo":"https://evil.example/?a=b"}',
  'é ü 日本語 🦀 \u202e \u0430',
  'code=stolen&iss=https://evil.example',
  'x;y,z=1; url=https://evil.example/',
  'a=='.repeat(341),
  'é'.repeat(512),
];

/** Rows Z16–Z23, but for Z18: what the client gets to hear, and what happens on the way there. */
export function authorizationAnswerRows(bench: () => Bench): void {
  const browser = () => new Browser(bench().base);
  const get = (path: string) => browser().get(path);
  const register = (metadata: Record<string, unknown> = {}) => TestClient.register(bench().base, metadata);

  async function errorOf(client: TestClient, changes: Fields): Promise<URLSearchParams> {
    const page = await get(client.authorizePath(changes));
    expect({ changes, status: page.status }).toEqual({ changes, status: 303 });
    return new URL(page.location ?? '').searchParams;
  }

  row(
    {
      id: 'Z16',
      level: 'MUST',
      source: 'RFC 6749 §4.1.2 and §4.1.2.1',
      rule: 'The state comes back byte for byte with the code, with a denial and with an error, percent-encoded so that nothing of it gets into a header or another parameter; where there was none, none comes back.',
    },
    async () => {
      const client = await register({ redirect_uris: ['http://127.0.0.1/cb?own=1'] });
      const person = browser();
      const answers: ((state?: string) => Promise<string>)[] = [
        async (state) => continueTarget((await client.consent(person, { state })).body).href,
        async (state) => (await client.consent(person, { state }, 'deny')).location ?? '',
        async (state) => (await get(client.authorizePath({ state, scope: '"' }))).location ?? '',
      ];
      for (const answer of answers) {
        for (const state of HARD_STATES) {
          const target = await answer(state);
          expect({ target, found: new URL(target).searchParams.getAll('state') }).toEqual({
            target,
            found: [state],
          });
          const [, raw = ''] = /[?&]state=([^&]*)/.exec(target) ?? [];
          expect({ raw, decoded: decodeURIComponent(raw) }).toEqual({ raw, decoded: state });
          expect(target).toMatch(/^http:\/\/127\.0\.0\.1\/cb\?own=1&[\w.~!*'()%=&-]+$/);
        }
        for (const none of [undefined, ''])
          expect(new URL(await answer(none)).searchParams.has('state')).toBe(false);
      }
    },
    120_000,
  );

  row(
    {
      id: 'Z17',
      level: 'SHOULD',
      source: 'RFC 9207 §2 and §2.3, RFC 6749 §3.1, MCP authorization',
      rule: 'The code, the denial and every error that goes to the client by redirect carry the issuer, once; a redirect URI that has a parameter of the answer already cannot be registered.',
    },
    async () => {
      const client = await register();
      const answers = [
        continueTarget((await client.consent(browser())).body).searchParams,
        new URL((await client.consent(browser(), {}, 'deny')).location ?? '').searchParams,
      ];
      const wrong: Fields[] = [
        { response_type: undefined },
        { response_type: 'token' },
        { code_challenge: undefined },
        { code_challenge_method: 'plain' },
        { resource: 'https://other.example/' },
        { scope: '"' },
        { iss: 'https://evil.example', response_type: 'token' },
        { state: 'iss=x', response_type: 'token' },
        { state: 's'.repeat(9_000) },
      ];
      for (const changes of wrong) answers.push(await errorOf(client, changes));
      const repeated = await get(adding(client.authorizePath(), { state: 'twice' }));
      answers.push(new URL(repeated.location ?? '').searchParams);
      for (const taken of [
        'iss=https://evil.example',
        'code=x',
        'own=1&state=',
        '%65rror=x',
        'error_description=x',
      ]) {
        const registered = await registerAnew(bench().base, {
          redirect_uris: [`https://a.example/cb?${taken}`],
        });
        expect({ taken, error: registered.body.error }).toEqual({ taken, error: 'invalid_redirect_uri' });
      }
      expect(answers.map((answer) => answer.getAll('iss'))).toEqual(answers.map(() => [bench().base]));
      expect(answers.slice(2).map((answer) => answer.has('error'))).toEqual(answers.slice(2).map(() => true));
    },
  );

  row(
    {
      id: 'Z19',
      level: 'MUST NOT',
      source: 'RFC 9700 §4.12',
      rule: 'No redirect on the way from the request through sign-in and consent to the client repeats a form: each is a 303.',
    },
    async () => {
      const client = await register();
      const person = browser();
      const seen: [string, Page][] = [];
      const see = async (name: string, page: Promise<Page>): Promise<Page> => {
        seen.push([name, await page]);
        return page;
      };
      const authorized = await see('authorize', person.get(client.authorizePath()));
      const toLogin = await see('consent, signed out', person.get(authorized.location ?? ''));
      const signedIn = await see('sign-in', person.signIn(undefined, toLogin.location));
      await see('login, signed in', person.get('/login?return_to=/account'));
      const page = await person.get(signedIn.location ?? '');
      await see('deny', person.post('/consent', { ...hiddenFields(page.body), decision: 'deny' }));
      await see('error', person.get(client.authorizePath({ response_type: 'token' })));
      await see(
        'the guessed path',
        person.get(client.authorizePath().replace('/oauth/authorize', '/authorize')),
      );
      const signOut = hiddenFields((await person.get('/logout')).body);
      await see('sign-out', person.post('/logout', signOut));
      await see('account, signed out', person.get('/account'));
      for (const [name, { location }] of seen.filter(([name]) => /authorize|guessed/.test(name)))
        expect({ name, location }).toEqual({
          name,
          location: expect.stringContaining(`${bench().base}/consent?request=`) as string,
        });
      expect(seen.map(([name, { status }]) => [name, status])).toEqual(seen.map(([name]) => [name, 303]));
    },
  );

  row(
    {
      id: 'Z20',
      level: 'MUST NOT',
      source: 'RFC 9700 §2.6',
      rule: 'No page for people, the authorization endpoint included, lets scripts of other origins read it, asked plainly or by preflight.',
    },
    async () => {
      const client = await register();
      const paths = [
        client.authorizePath(),
        client.authorizePath({ client_id: 'unknown' }),
        client.authorizePath().replace('/oauth/authorize', '/authorize'),
        ...['/login', '/consent', '/consent?request=x', '/logout', '/account', '/account/keys', '/'],
      ];
      for (const path of paths)
        for (const origin of ['http://localhost:6274', 'https://evil.example', 'null', bench().base])
          for (const method of ['GET', 'POST', 'OPTIONS']) {
            const headers = { origin, 'access-control-request-method': 'GET' };
            const { headers: answered } = await fetch(bench().base + path, {
              method,
              headers,
              redirect: 'manual',
            });
            const allowed = [...answered.keys()].filter((name) => name.startsWith('access-control-'));
            expect({ path, origin, method, allowed }).toEqual({ path, origin, method, allowed: [] });
          }
    },
  );

  row(
    {
      id: 'Z21',
      level: 'SHOULD',
      source: 'RFC 6749 §4.1.2 and §10.10, RFC 9700 §2.1.2',
      rule: 'A code has 256 random bits, lives at most a minute, and comes in the query; no token ever stands in an address.',
    },
    async () => {
      const client = await register();
      const person = browser();
      const codes: string[] = [];
      for (let round = 0; round < 24; round += 1) {
        const page = await client.consent(person, { response_mode: 'fragment' });
        const target = continueTarget(page.body);
        expect([page.status, page.location]).toEqual([200, undefined]);
        expect(page.body).toContain(`href="${target.href.replaceAll('&', '&amp;')}"`);
        expect([...target.searchParams.keys()]).toEqual(['code', 'state', 'iss']);
        expect(target.hash).toBe('');
        codes.push(target.searchParams.get('code') ?? '');
      }
      const random = codes.map((code) => Buffer.from(/^mrg_([\w-]{43})$/.exec(code)?.[1] ?? '', 'base64url'));
      expect(new Set(random.map((bytes) => bytes.toString('hex'))).size).toBe(24);
      expect(random.map((bytes) => bytes.length)).toEqual(random.map(() => 32));
      // 6,144 fair bits: the share of ones is within 0.05 of a half but for one run in 10¹⁴.
      const ones = Buffer.concat(random).reduce(
        (sum, byte) => sum + byte.toString(2).replaceAll('0', '').length,
        0,
      );
      expect(Math.abs(ones / (24 * 256) - 0.5)).toBeLessThan(0.05);

      const ofClient = `grant_id IN (SELECT g.id FROM oauth_grants g JOIN oauth_clients c ON c.id = g.client_id WHERE c.client_id = $1)`;
      const [longest] = await bench().sql<{ seconds: number }>(
        `SELECT extract(epoch FROM max(expires_at - created_at))::float AS seconds FROM oauth_authorization_codes WHERE ${ofClient}`,
        [client.clientId],
      );
      expect(longest?.seconds).toBeGreaterThan(10);
      expect(longest?.seconds).toBeLessThan(60.5);
      const letPass = (seconds: number) =>
        bench().sql(
          `UPDATE oauth_authorization_codes SET expires_at = expires_at - make_interval(secs => $2) WHERE ${ofClient}`,
          [client.clientId, seconds],
        );
      const [young = '', old = ''] = codes.slice(-2);
      await letPass(30);
      expect((await client.redeem(young)).status).toBe(200);
      await letPass(30);
      expect((await client.redeem(old)).body.error).toBe('invalid_grant');
    },
  );

  row(
    {
      id: 'Z22',
      level: 'interop',
      source: 'RFC 6749 §3.1, OpenID Connect Core §3.1.2.1 (prompt), SDK clients',
      rule: 'Parameters that this server does not know change nothing; `prompt=consent` gets the consent page like every request, also of somebody who consented before.',
    },
    async () => {
      const client = await register();
      const person = browser();
      await client.connect(person);
      const unknown: Fields[] = [
        { prompt: 'consent', scope: 'mcp offline_access' },
        { prompt: 'none' },
        { prompt: 'login consent' },
        { nonce: 'n', display: 'popup', max_age: '0', ui_locales: 'de', login_hint: OTHER_USER.email },
        { audience: 'https://other.example', access_type: 'offline', response_mode: 'form_post' },
        { request: 'eyJhbGciOiJub25lIn0.e30.', request_uri: 'https://evil.example/request' },
        { ['__proto__']: 'x', constructor: 'x', 'a[b]': 'c', 'state[]': 'x', '': 'x' },
      ];
      for (const changes of unknown) {
        const before = await count(bench(), 'oauth_authorization_codes');
        const page = await consentPage(person, client, changes);
        expect({ changes, status: page.status, fields: Object.keys(hiddenFields(page.body)) }).toEqual({
          changes,
          status: 200,
          fields: ['_csrf', 'request'],
        });
        expect(await count(bench(), 'oauth_authorization_codes')).toBe(before);
        const approved = await person.post('/consent', { ...hiddenFields(page.body), decision: 'approve' });
        const target = continueTarget(approved.body);
        expect(target.origin + target.pathname).toBe(client.redirectUri);
        expect([...target.searchParams.keys()]).toEqual(['code', 'state', 'iss']);
      }
    },
  );

  row(
    {
      id: 'Z23',
      level: 'MUST',
      source: 'OAuth 2.1 §7.3 and §7.13, RFC 9700 §4.1',
      rule: 'The request is kept on the server: whatever a person or a script changes or adds in the forms and addresses between sign-in and consent, the answer is the one that the client asked for.',
    },
    async () => {
      const client = await register({ redirect_uris: ['https://a.example/cb'] });
      const evil = await register({ redirect_uris: ['https://evil.example/cb'] });
      const planted: Fields = {
        client_id: evil.clientId,
        redirect_uri: evil.redirectUri,
        scope: 'mcp offline_access admin',
        state: 'planted',
        resource: 'https://other.example/',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'plain',
        response_type: 'token',
        user_id: '00000000-0000-4000-8000-000000000000',
      };
      const query = form(planted).toString();
      const person = browser();
      const authorized = await person.get(client.authorizePath({ scope: 'mcp' }));
      const toLogin = await person.get(`${authorized.location ?? ''}&${query}`);
      const login = await person.get(`${toLogin.location ?? ''}&${query}`);
      const { email, password } = { email: 'ada@example.org', password: 'correct horse battery' };
      const signedIn = await person.post(`/login?${query}`, {
        ...hiddenFields(login.body),
        ...planted,
        email,
        password,
      });
      const page = await person.get(`${signedIn.location ?? ''}&${query}`);
      expect(page.body).toContain('a.example');
      expect(page.body).not.toContain('evil.example');
      const fields = hiddenFields(page.body);
      expect(Object.keys(fields)).toEqual(['_csrf', 'request']);
      const approved = await person.post(`/consent?${query}`, { ...planted, ...fields, decision: 'approve' });
      const target = continueTarget(approved.body);
      expect(target.origin + target.pathname).toBe('https://a.example/cb');
      expect(target.searchParams.get('state')).toBe('a state');
      const code = target.searchParams.get('code') ?? '';
      expect((await evil.redeem(code)).body.error).toBe('invalid_grant');
      expect(
        (await client.redeem(code, { code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' })).body
          .error,
      ).toBe('invalid_grant');
      const tokens = await client.redeem(code, { code_verifier: VERIFIER });
      expect(tokens.body).toMatchObject({ token_type: 'Bearer', scope: 'mcp' });
    },
  );
}
