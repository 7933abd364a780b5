import {
  Browser,
  type Fields,
  form,
  json,
  type JsonAnswer,
  TestClient,
  VERIFIER,
} from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { row } from './row.js';
import {
  basic,
  type Body,
  expectOAuthError,
  FORM,
  post,
  refusalOf,
  sendRaw,
  tokensOf,
} from './token-requests.js';

/** Rows T11 to T19: how a token request has to look, and who may send it. */
export function tokenEndpointRows(bench: () => Bench): void {
  let browser: Browser;
  let client: TestClient;

  beforeAll(async () => {
    browser = new Browser(bench().base);
    client = await TestClient.register(bench().base);
  });

  const endpoint = (): string => `${bench().base}/oauth/token`;
  const send = (body: Body, contentType: string, headers: Record<string, string> = {}) =>
    post(endpoint(), body, { 'content-type': contentType, ...headers });
  const codeRequest = (code: string, changes: Fields = {}): Fields => ({
    grant_type: 'authorization_code',
    code,
    code_verifier: VERIFIER,
    client_id: client.clientId,
    ...changes,
  });

  row(
    {
      id: 'T11',
      level: 'MUST',
      source: 'RFC 6749 §3.2 and §5.2; MCP Inspector 0.21 names two media types',
      rule: 'The token endpoint reads forms only, also the form that MCP Inspector 0.21 calls both JSON and a form; every other media type is invalid_request in OAuth’s JSON, and leaves the code as it was.',
    },
    async () => {
      const code = await client.code(browser);
      const fields = form(codeRequest(code)).toString();
      const cases: [string, string, string][] = [
        ['JSON', JSON.stringify(codeRequest(code)), 'application/json'],
        ['empty JSON', '', 'application/json'],
        ['broken JSON', '{', 'application/json'],
        ['a form called JSON', fields, 'application/json'],
        ['two types, the form first', fields, `${FORM}, application/json`],
        ['text', fields, 'text/plain'],
        ['a multipart form', '--x\r\n\r\n--x--', 'multipart/form-data; boundary=x'],
        ['an unknown type', fields, 'application/cbor'],
        ['no type that could be', fields, 'nonsense'],
        ['nothing', '', FORM],
      ];
      for (const [name, body, contentType] of cases) {
        const answer = await send(body, contentType);
        expect({ name, refusal: refusalOf(answer) }).toEqual({ name, refusal: '400 invalid_request' });
        expectOAuthError(name, answer);
      }
      const untyped = await sendRaw(
        bench().base,
        `POST /oauth/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${fields.length}\r\n\r\n${fields}`,
      );
      expect(untyped).toMatch(/^HTTP\/1\.1 400 [^]*"error":"invalid_request"/);
      const spelled = await send(fields, 'Application/X-WWW-Form-Urlencoded; charset=UTF-8');
      expect(spelled.status).toBe(200);
      const both = form(codeRequest(await client.code(browser))).toString();
      expect((await send(both, `application/json, ${FORM}`)).status).toBe(200);
    },
  );

  row(
    {
      id: 'T12',
      level: 'MUST NOT',
      source: 'RFC 6749 §2.3.1, OAuth 2.1 (draft) §3.2',
      rule: 'Nothing is read from the query of the token endpoint: what is sent there is as good as missing.',
    },
    async () => {
      const code = await client.code(browser);
      const query = (fields: Fields) => `${endpoint()}?${form(fields).toString()}`;
      const all = await post(query(codeRequest(code)), '', { 'content-type': FORM });
      expect(refusalOf(all)).toBe('400 invalid_request');
      const onlyCode = await post(query({ code }), form(codeRequest(code, { code: undefined })), {});
      expect(refusalOf(onlyCode)).toBe('400 invalid_request');
      const onlyVerifier = await post(
        query({ code_verifier: VERIFIER }),
        form(codeRequest(code, { code_verifier: undefined })),
        {},
      );
      expect(refusalOf(onlyVerifier)).toBe('400 invalid_request');
      const confidential = await TestClient.register(bench().base, {
        token_endpoint_auth_method: 'client_secret_post',
      });
      const { clientId: client_id, secret: client_secret } = confidential;
      const own = await confidential.code(browser);
      const onlySecret = await post(query({ client_secret }), form(codeRequest(own, { client_id })), {});
      expect(refusalOf(onlySecret)).toBe('401 invalid_client');
      expect((await client.redeem(code)).status).toBe(200);
      expect((await confidential.redeem(own)).status).toBe(200);
    },
  );

  row(
    {
      id: 'T13',
      level: 'MUST',
      source: 'RFC 6749 §3.2 and §5.2',
      rule: 'A parameter that comes twice, or no grant_type, is invalid_request; a grant type that does not exist here is unsupported_grant_type, and one that the client did not register is unauthorized_client.',
    },
    async () => {
      const code = await client.code(browser);
      const good = form({ ...codeRequest(code), redirect_uri: client.redirectUri });
      for (const [name, value] of good) {
        for (const second of [value, 'another']) {
          const answer = await send(`${good.toString()}&${form({ [name]: second }).toString()}`, FORM);
          expect({ name, second, refusal: refusalOf(answer) }).toEqual({
            name,
            second,
            refusal: '400 invalid_request',
          });
        }
      }
      const types: [string | undefined, string][] = [
        [undefined, '400 invalid_request'],
        ['', '400 invalid_request'],
        ['password', '400 unsupported_grant_type'],
        ['client_credentials', '400 unsupported_grant_type'],
        ['implicit', '400 unsupported_grant_type'],
        ['AUTHORIZATION_CODE', '400 unsupported_grant_type'],
        ['authorization_code refresh_token', '400 unsupported_grant_type'],
        ['urn:ietf:params:oauth:grant-type:device_code', '400 unsupported_grant_type'],
        ['urn:ietf:params:oauth:grant-type:token-exchange', '400 unsupported_grant_type'],
        ['__proto__', '400 unsupported_grant_type'],
        ['constructor', '400 unsupported_grant_type'],
      ];
      for (const [grant_type, refusal] of types) {
        const answer = await client.redeem(code, { grant_type });
        expect({ grant_type, refusal: refusalOf(answer) }).toEqual({ grant_type, refusal });
      }
      expect(refusalOf(await client.redeem(code, { code: undefined }))).toBe('400 invalid_request');
      expect(refusalOf(await client.redeem('mrg_unknown'))).toBe('400 invalid_grant');
      expect((await client.redeem(code)).status).toBe(200);
      await expectUnauthorized(bench(), browser);
    },
  );

  row(
    {
      id: 'T14',
      level: 'MUST',
      source: 'RFC 6749 §3.2, RFC 9110 §15.5.6',
      rule: 'The token endpoint, and registration too, takes POST alone and answers GET with 405, the header Allow and JSON.',
    },
    async () => {
      const paths = [
        '/oauth/token',
        '/token',
        '/oauth/token?grant_type=password',
        '/oauth/register',
        '/register',
      ];
      for (const path of paths) {
        const answer = await json(await fetch(`${bench().base}${path}`));
        expect({ path, status: answer.status, allow: answer.headers.get('allow') }).toEqual({
          path,
          status: 405,
          allow: 'POST',
        });
        expectOAuthError(path, answer);
      }
      for (const method of ['PUT', 'DELETE', 'PATCH']) {
        const { status } = await fetch(endpoint(), { method });
        expect({ method, refused: status === 404 || status === 405 }).toEqual({ method, refused: true });
      }
    },
  );

  row(
    {
      id: 'T15',
      level: 'MUST',
      source: 'RFC 6749 §5.2',
      rule: 'A client that does not exist, is disabled or is not named at all is invalid_client with status 401, and with WWW-Authenticate: Basic if it tried that header.',
    },
    async () => {
      const disabled = await TestClient.register(bench().base);
      await bench().sql('UPDATE oauth_clients SET disabled_at = now() WHERE client_id = $1', [
        disabled.clientId,
      ]);
      const fields = { grant_type: 'refresh_token', refresh_token: 'mrr_unknown' };
      const ids = [
        'mrc_unknown',
        disabled.clientId,
        client.clientId.toUpperCase(),
        `${client.clientId} `,
        '☂'.repeat(500),
      ];
      for (const client_id of [...ids, undefined, '']) {
        const answer = await send(form({ ...fields, client_id }), FORM);
        expect({ client_id, refusal: refusalOf(answer) }).toEqual({
          client_id,
          refusal: '401 invalid_client',
        });
        expect(answer.headers.get('www-authenticate')).toBeNull();
        expectOAuthError(String(client_id), answer);
      }
      for (const client_id of [...ids, '', 'a\0b']) {
        const answer = await send(form(fields), FORM, basic(client_id, 'a secret'));
        expect({ client_id, refusal: refusalOf(answer) }).toEqual({
          client_id,
          refusal: '401 invalid_client',
        });
        expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm="/);
      }
      for (const authorization of ['Basic', 'Basic !!!!', 'Basic bm8gY29sb24=', 'basic a b c']) {
        const answer = await send(form(fields), FORM, { authorization });
        expect({ authorization, refusal: refusalOf(answer) }).toEqual({
          authorization,
          refusal: '401 invalid_client',
        });
      }
    },
  );

  row(
    {
      id: 'T16',
      level: 'MUST',
      source: 'RFC 6749 §2.3 and §5.2',
      rule: 'A confidential client authenticates by the one method that it registered and with its own secret; everything else is invalid_client and leaves the code as it was.',
    },
    async () => {
      for (const method of ['client_secret_basic', 'client_secret_post']) {
        const own = await TestClient.register(bench().base, { token_endpoint_auth_method: method });
        const stranger = await TestClient.register(bench().base, { token_endpoint_auth_method: method });
        const { clientId, secret = '' } = own;
        const code = await own.code(browser);
        const withId = codeRequest(code, { client_id: clientId });
        const withoutId = codeRequest(code, { client_id: undefined });
        const inHeader = () => send(form(withoutId), FORM, basic(clientId, secret));
        const inForm = () => send(form({ ...withId, client_secret: secret }), FORM);
        const [right, wrong] = method === 'client_secret_basic' ? [inHeader, inForm] : [inForm, inHeader];
        const refusals: Record<string, () => Promise<JsonAnswer>> = {
          'the other method': wrong,
          'both methods': () =>
            send(form({ ...withId, client_secret: secret }), FORM, basic(clientId, secret)),
          'no secret': () => send(form(withId), FORM),
          'an empty secret': () => send(form({ ...withId, client_secret: '' }), FORM),
          'an empty secret in the header': () => send(form(withoutId), FORM, basic(clientId)),
          'a wrong secret': () => send(form({ ...withId, client_secret: 'wrong' }), FORM),
          'a wrong secret in the header': () => send(form(withoutId), FORM, basic(clientId, 'wrong')),
          'half the secret': () => send(form({ ...withId, client_secret: secret.slice(0, 20) }), FORM),
          'the secret of another': () => send(form({ ...withId, client_secret: stranger.secret }), FORM),
          'the secret of another in the header': () =>
            send(form(withoutId), FORM, basic(clientId, stranger.secret)),
          'another in the form': () =>
            send(form({ ...withId, client_id: stranger.clientId }), FORM, basic(clientId, secret)),
          'a bearer token': () => send(form(withId), FORM, { authorization: `Bearer ${secret}` }),
        };
        for (const [name, request] of Object.entries(refusals)) {
          const refusal = refusalOf(await request());
          expect({ method, name, refusal }).toEqual({ method, name, refusal: '401 invalid_client' });
        }
        expect((await right()).status).toBe(200);
      }
    },
  );

  row(
    {
      id: 'T17',
      level: 'policy',
      source: 'RFC 6749 §2.3 and §3.2.1',
      rule: 'A public client that sends a secret is invalid_client; an empty client_secret counts as none.',
    },
    async () => {
      const code = await client.code(browser);
      const refused = [
        await client.redeem(code, { client_secret: 'x' }),
        await client.token({ ...codeRequest(code), client_id: undefined }, basic(client.clientId, 'x')),
      ];
      expect(refused.map(refusalOf)).toEqual(['401 invalid_client', '401 invalid_client']);
      const { refresh_token } = tokensOf(await client.redeem(code, { client_secret: '' }));
      const withHeader = await client.token(
        { grant_type: 'refresh_token', refresh_token, client_id: undefined },
        basic(client.clientId),
      );
      expect(withHeader.status).toBe(200);
    },
  );

  row(
    {
      id: 'T18',
      level: 'interop',
      source: 'RFC 6749 §2.3.1; the MCP SDK does not encode',
      rule: 'Client ids and secrets are safe in URLs, so that a Basic header works with form-encoded parts and with raw ones.',
    },
    async () => {
      const own = await TestClient.register(bench().base, {
        token_endpoint_auth_method: 'client_secret_basic',
      });
      const { clientId, secret = '' } = own;
      for (const part of [clientId, secret]) expect(part).toMatch(/^[\w-]+$/);
      const everyCharacter = (text: string) =>
        [...text].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('');
      const headers = {
        raw: basic(clientId, secret),
        encoded: basic(encodeURIComponent(clientId), encodeURIComponent(secret)),
        'encoded to the last letter': basic(everyCharacter(clientId), everyCharacter(secret)),
        'in small letters': {
          authorization: basic(clientId, secret).authorization?.replace('Basic', 'basic') ?? '',
        },
      };
      for (const [name, header] of Object.entries(headers)) {
        const fields = codeRequest(await own.code(browser), { client_id: undefined });
        const { status } = await send(form(fields), FORM, header);
        expect({ name, status }).toEqual({ name, status: 200 });
      }
    },
  );

  row(
    {
      id: 'T19',
      level: 'interop',
      source: 'Fetch standard (CORS); MCP Inspector runs in a browser',
      rule: 'Scripts of any origin may use the token endpoint, without cookies, and may read its errors.',
    },
    async () => {
      const origin = 'http://localhost:6274';
      const preflight = await fetch(endpoint(), {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization, content-type, mcp-protocol-version',
        },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
      for (const header of ['authorization', 'content-type', 'mcp-protocol-version']) {
        expect(preflight.headers.get('access-control-allow-headers')).toContain(header);
      }
      const code = await client.code(browser);
      const good = await send(form(codeRequest(code)), FORM, { origin });
      const bad = await send(form(codeRequest('mrg_unknown')), FORM, { origin });
      const unread = await send('{', 'application/json', { origin });
      const unknown = await send(form(codeRequest(code, { client_id: 'x' })), FORM, { origin });
      expect([good, bad, unread, unknown].map(({ status }) => status)).toEqual([200, 400, 400, 401]);
      for (const { headers } of [preflight, good, bad, unread, unknown]) {
        expect(headers.get('access-control-allow-origin')).toBe('*');
        expect(headers.get('access-control-allow-credentials')).toBeNull();
      }
      expect(unknown.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    },
  );
}

/** RFC 6749 §5.2 unauthorized_client, for either grant type. */
async function expectUnauthorized(bench: Bench, browser: Browser): Promise<void> {
  const codeOnly = await TestClient.register(bench.base, { grant_types: ['authorization_code'] });
  const { refresh_token, ...tokens } = tokensOf(await codeOnly.redeem(await codeOnly.code(browser)));
  expect({ refresh_token, scope: tokens.scope }).toEqual({ refresh_token: undefined, scope: 'mcp' });
  expect(refusalOf(await codeOnly.refresh('mrr_unknown'))).toBe('400 unauthorized_client');
  const refreshOnly = await TestClient.register(bench.base);
  const code = await refreshOnly.code(browser);
  await bench.sql(`UPDATE oauth_clients SET grant_types = '{refresh_token}' WHERE client_id = $1`, [
    refreshOnly.clientId,
  ]);
  expect(refusalOf(await refreshOnly.redeem(code))).toBe('400 unauthorized_client');
}
