import { setTimeout as delay } from 'node:timers/promises';
import {
  bearer,
  Browser,
  callMcp,
  form,
  type JsonAnswer,
  json,
  TestClient,
  type Tokens,
} from '../../support/oauth-client.js';
import { rawRequest } from '../../support/raw-http.js';
import type { Bench } from './bench.js';
import { row } from './row.js';

/** What a replica may believe of a token when no event reached it, and some time for a busy machine. */
const FORGOTTEN_AFTER_MS = 5_000 + 1_000;

interface Connected {
  browser: Browser;
  client: TestClient;
  tokens: Tokens;
}

/** Rows R1 to R12: what the MCP endpoint makes of the token in a request. */
export function bearerTokenRows(bench: () => Bench): void {
  const metadataUrl = () => `${bench().base}/.well-known/oauth-protected-resource/mcp`;

  /** A client of its own with fresh tokens. */
  const connect = async (scope?: string): Promise<Connected> => {
    const browser = new Browser(bench().base);
    const client = await TestClient.register(bench().base);
    return { browser, client, tokens: await client.connect(browser, { scope }) };
  };

  /** A change of the one grant of this client, as time or somebody else may bring it about. */
  const changeGrant = ({ client }: Connected, change: string) =>
    bench().sql(
      `UPDATE oauth_grants SET ${change} WHERE client_id = (SELECT id FROM oauth_clients WHERE client_id = $1)`,
      [client.clientId],
    );

  const changeTokens = ({ client }: Connected, change: string) =>
    bench().sql(
      `UPDATE oauth_access_tokens t SET ${change} FROM oauth_grants g JOIN oauth_clients c ON c.id = g.client_id
       WHERE t.grant_id = g.id AND c.client_id = $1`,
      [client.clientId],
    );

  const statusOf = async (token: string, base = bench().base) => (await callMcp(base, bearer(token))).status;

  /** 401, and all that a client needs to know in order to get another token. */
  const expectInvalidToken = (answer: JsonAnswer, what: string) => {
    const challenge = challengeOf(answer);
    expect({ what, status: answer.status, challenge }).toEqual({
      what,
      status: 401,
      challenge: expect.stringMatching(/^Bearer error="invalid_token", error_description="[^"]+", /),
    });
    expect(challenge).toContain(`resource_metadata="${metadataUrl()}"`);
    expect(challenge).toContain('scope="mcp"');
    expect(answer.body).toMatchObject({ error: 'invalid_token' });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  };

  row(
    {
      id: 'R1',
      level: 'MUST',
      source: 'RFC 9728 §5.1, RFC 6750 §3 and §3.1',
      rule: 'Without a token the endpoint answers 401 with a challenge that names the metadata and the scope, and no error, since nothing was wrong yet.',
    },
    async () => {
      for (const method of ['POST', 'GET', 'DELETE']) {
        const answer = await json(await fetch(bench().resource, { method }));
        expect({ method, status: answer.status }).toEqual({ method, status: 401 });
        expect(challengeOf(answer)).toBe(`Bearer resource_metadata="${metadataUrl()}", scope="mcp"`);
        expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      }
      expect((await fetch(metadataUrl())).status).toBe(200);
    },
  );

  row(
    {
      id: 'R2',
      level: 'MUST',
      source: 'RFC 6750 §3.1, RFC 9728 §5.1',
      rule: 'A token that this server never issued gets 401 `invalid_token` and the way to another one.',
    },
    async () => {
      const { tokens } = await connect();
      const token = tokens.access_token;
      const forged = [
        'garbage',
        'mra_',
        `mra_${'A'.repeat(43)}`,
        `${token}x`,
        token.slice(0, -1),
        token.toUpperCase(),
        'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.',
        "' OR 1=1 --".replaceAll(' ', '+'),
        'x'.repeat(8_000),
      ];
      for (const wrong of forged) {
        expectInvalidToken(await callMcp(bench().base, bearer(wrong)), wrong.slice(0, 60));
      }
      expect(await statusOf(token)).toBe(200);
    },
  );

  row(
    {
      id: 'R3',
      level: 'MUST',
      source: 'MCP authorization (token handling), RFC 6750 §3.1',
      rule: 'An expired token gets 401 `invalid_token`, even in the seconds in which the server still remembers that it was good.',
    },
    async () => {
      const cold = await connect();
      await changeTokens(cold, 'expires_at = now()');
      expectInvalidToken(await callMcp(bench().base, bearer(cold.tokens.access_token)), 'never used');
      const warm = await connect();
      await changeTokens(warm, `expires_at = now() + interval '1.5 seconds'`);
      expect(await statusOf(warm.tokens.access_token)).toBe(200);
      await delay(1_600);
      expectInvalidToken(await callMcp(bench().base, bearer(warm.tokens.access_token)), 'just used');
    },
  );

  row(
    {
      id: 'R4',
      level: 'MUST',
      source: 'RFC 7009 §2.1, MCP authorization (token handling)',
      rule: 'A revoked token gets 401 from the next call on where it was revoked, and within the 5 seconds of the cache everywhere, even if no replica hears of it.',
    },
    async () => {
      const [heard, unheard] = [await connect(), await connect()];
      const [token, other] = [heard.tokens.access_token, unheard.tokens.access_token];
      for (const base of [bench().base, bench().secondReplica]) expect(await statusOf(token, base)).toBe(200);
      expect(await statusOf(other)).toBe(200);
      expect((await heard.client.revoke({ token })).status).toBe(200);
      expectInvalidToken(await callMcp(bench().base, bearer(token)), 'revoked here');
      await changeGrant(unheard, 'revoked_at = now()');
      await delay(FORGOTTEN_AFTER_MS);
      expectInvalidToken(await callMcp(bench().secondReplica, bearer(token)), 'revoked on another replica');
      expectInvalidToken(await callMcp(bench().base, bearer(other)), 'revoked without an event');
    },
  );

  row(
    {
      id: 'R5',
      level: 'MUST',
      source: 'MCP authorization (audience binding), RFC 8707 §2',
      rule: 'A token that was issued for another resource gets 401 `invalid_token`, though the same database knows it.',
    },
    async () => {
      const other = await bench().startServer({});
      const elsewhere = await (await TestClient.register(other.url)).connect(new Browser(other.url));
      expect(await statusOf(elsewhere.access_token, other.url)).toBe(200);
      expectInvalidToken(await callMcp(bench().base, bearer(elsewhere.access_token)), 'issued elsewhere');
      const { tokens } = await connect();
      expect(await statusOf(tokens.access_token)).toBe(200);
      expect(await statusOf(tokens.access_token, other.url)).toBe(401);
      const moved = await connect();
      await changeGrant(moved, `resource = resource || '/'`);
      expectInvalidToken(
        await callMcp(bench().base, bearer(moved.tokens.access_token)),
        'one character more',
      );
    },
  );

  row(
    {
      id: 'R6',
      level: 'SHOULD',
      source: 'MCP authorization 2025-11-25 (scope challenge), RFC 6750 §3.1',
      rule: 'A good token without the scope `mcp` gets 403 `insufficient_scope` and the scope to ask for.',
    },
    async () => {
      const { client, tokens } = await connect('mcp offline_access');
      const narrowed = await client.refresh(tokens.refresh_token, { scope: 'offline_access' });
      expect(narrowed).toMatchObject({ status: 200, body: { scope: 'offline_access' } });
      // The second time the token is remembered.
      for (const time of ['first', 'second']) {
        const answer = await callMcp(bench().base, bearer(narrowed.body.access_token as string));
        expect({ time, status: answer.status }).toEqual({ time, status: 403 });
        expect(challengeOf(answer)).toMatch(/^Bearer error="insufficient_scope", /);
        expect(challengeOf(answer)).toContain(`resource_metadata="${metadataUrl()}", scope="mcp"`);
        expect(answer.body).toMatchObject({ error: 'insufficient_scope' });
      }
    },
  );

  row(
    {
      id: 'R7',
      level: 'MUST NOT',
      source: 'MCP authorization (access token usage), OAuth 2.1 §5.1',
      rule: 'A token in the query of the address opens nothing, and is not even looked at.',
    },
    async () => {
      const { access_token } = (await connect()).tokens;
      for (const query of [`?access_token=${access_token}`, `?bearer_token=${access_token}`]) {
        const answer = await callMcp(bench().base, {}, query);
        expect({ query: query.slice(0, 15), status: answer.status }).toEqual({
          query: query.slice(0, 15),
          status: 401,
        });
        expect(challengeOf(answer)).not.toContain('error=');
      }
    },
  );

  row(
    {
      id: 'R8',
      level: 'MUST',
      source: 'MCP authorization (access token usage), RFC 6750 §2.2',
      rule: 'A token in the body, as JSON or as a form, opens nothing.',
      note: 'RFC 6750 §2.2 lets a resource server take tokens from forms; MCP wants the header alone.',
    },
    async () => {
      const { access_token } = (await connect()).tokens;
      const call = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { access_token }, access_token };
      const bodies: [string, string][] = [
        ['application/json', JSON.stringify(call)],
        ['application/x-www-form-urlencoded', form({ access_token }).toString()],
        ['text/plain', `access_token=${access_token}`],
      ];
      for (const [type, body] of bodies) {
        const headers = { 'content-type': type };
        const answer = await json(await fetch(bench().resource, { method: 'POST', headers, body }));
        expect({ type, status: answer.status }).toEqual({ type, status: 401 });
      }
      const cookie = `access_token=${access_token}; authorization=Bearer%20${access_token}`;
      expect((await callMcp(bench().base, { cookie })).status).toBe(401);
      expect((await callMcp(bench().base, { 'x-access-token': access_token })).status).toBe(401);
    },
  );

  row(
    {
      id: 'R9',
      level: 'MUST',
      source: 'RFC 6750 §2 and §3.1',
      rule: 'A token in the header and another in the query is an invalid request: 400, though the header alone would have been good.',
    },
    async () => {
      const { access_token } = (await connect()).tokens;
      for (const query of [`?access_token=${access_token}`, '?access_token=other', '?a=1&access_token=']) {
        const answer = await callMcp(bench().base, bearer(access_token), query);
        expect({ query: query.slice(0, 20), status: answer.status }).toEqual({
          query: query.slice(0, 20),
          status: 400,
        });
        expect(challengeOf(answer)).toMatch(/^Bearer error="invalid_request", /);
        expect(answer.body).toMatchObject({ error: 'invalid_request' });
      }
    },
  );

  row(
    {
      id: 'R10',
      level: 'MUST',
      source: 'RFC 6750 §2.1 and §3.1, RFC 9110 §5.3 and §11.6.2',
      rule: 'An Authorization header that is malformed or there twice is refused with 400 or, where a token or another scheme can be told, with 401 (431 when too large), and never guessed at.',
    },
    async () => {
      const { access_token: token } = (await connect()).tokens;
      const malformed: [string, number][] = [
        ['Authorization: Bearer', 400],
        ['Authorization: Bearer ', 400],
        ['Authorization: Bearer a b', 400],
        [`Authorization: Bearer ${token} ${token}`, 400],
        [`Authorization: Bearer ${token},${token}`, 401],
        [`Authorization: Bearer ${token}, Bearer ${token}`, 400],
        [`Authorization: Bearer  ${token}`, 400],
        [`Authorization: Bearer\t${token}`, 400],
        [`Authorization: Bearer${token}`, 400],
        [`Authorization: Bearer=${token}`, 400],
        [`Authorization: Bearer "${token}"`, 401],
        [`Authorization: ${token}`, 400],
        [`Authorization: Token ${token}`, 401],
        ['Authorization:', 401],
        [`Authorization: Bearer ${token}\nAuthorization: Bearer ${token}`, 400],
        [`Authorization: Bearer garbage\nAuthorization: Bearer ${token}`, 400],
        [`Authorization: Bearer ${token}\nauthorization: Basic YTpi`, 400],
        [`Authorization:\nAuthorization: Bearer ${token}`, 400],
        [`Authorization: Bearer\n ${token}`, 400],
        [`Authorization : Bearer ${token}`, 400],
        [`Authorization: Bearer ${token}\0`, 400],
        ['Authorization: Bearer \xe4\xf6\xfc', 401],
        [`Authorization: Bearer ${'x'.repeat(20_000)}`, 431],
      ];
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
      const call = (header: string) =>
        rawRequest(bench().base, {
          head: `POST /mcp HTTP/1.1\nHost: localhost\nAccept: */*\n${header}\nConnection: close
Content-Type: application/json\nContent-Length: ${body.length}`,
          body: [body],
        });
      expect((await call(`Authorization: Bearer ${token}`)).status).toBe(200);
      for (const [header, expected] of malformed) {
        const { status } = await call(header);
        const what = header.replaceAll(token, 'TOKEN').slice(0, 80);
        expect({ what, status }).toEqual({ what, status: expected });
      }
      expect(await statusOf(token)).toBe(200);
    },
  );

  row(
    {
      id: 'R11',
      level: 'MUST',
      source: 'RFC 9110 §11.1',
      rule: 'The name of the scheme is taken in any case; another scheme gets the challenge of this one.',
    },
    async () => {
      const { access_token } = (await connect()).tokens;
      for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEaReR']) {
        const answer = await callMcp(bench().base, { authorization: `${scheme} ${access_token}` });
        expect({ scheme, status: answer.status }).toEqual({ scheme, status: 200 });
      }
      for (const scheme of ['Basic', 'Digest', 'DPoP', 'Key']) {
        const answer = await callMcp(bench().base, { authorization: `${scheme} ${access_token}` });
        expect({ scheme, status: answer.status }).toEqual({ scheme, status: 401 });
        expect(challengeOf(answer)).toBe(`Bearer resource_metadata="${metadataUrl()}", scope="mcp"`);
      }
    },
  );

  row(
    {
      id: 'R12',
      level: 'MUST',
      source: 'RFC 6749 §1.4 and §1.5, OAuth 2.1 §5.2',
      rule: 'Nothing but an access token opens the endpoint: no refresh token, code, client secret or session id; and showing one does not use it up.',
    },
    async () => {
      const { browser, client, tokens } = await connect();
      const code = await client.code(browser);
      const confidential = await TestClient.register(bench().base, {
        token_endpoint_auth_method: 'client_secret_post',
      });
      const [session = ''] = browser.cookies.values();
      const others = {
        'a refresh token': tokens.refresh_token,
        'an authorization code': code,
        'a client secret': confidential.secret ?? '',
        'a client id': client.clientId,
        'a session id': decodeURIComponent(session),
      };
      for (const [what, secret] of Object.entries(others)) {
        expectInvalidToken(await callMcp(bench().base, bearer(secret)), what);
      }
      expect((await client.redeem(code)).status).toBe(200);
      expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
    },
  );
}

const challengeOf = ({ headers }: { headers: Headers }): string => headers.get('www-authenticate') ?? '';
