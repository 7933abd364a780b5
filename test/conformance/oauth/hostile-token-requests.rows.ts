import { gzipSync } from 'node:zlib';
import { Browser, form, TestClient, VERIFIER } from '../../support/oauth-client.js';
import type { Bench } from './bench.js';
import { row } from './row.js';
import { expectOAuthError, FORM, post, sendRaw } from './token-requests.js';

/** Row T20: requests that no honest client sends. */
export function hostileTokenRequestRows(bench: () => Bench): void {
  row(
    {
      id: 'T20',
      level: 'policy',
      source: 'OWASP ASVS 5.0 §1.5 and §16.5',
      rule: 'Bodies that are huge, broken or hostile get a short JSON error of the 4xx kind, and the server goes on.',
    },
    async () => {
      const client = await TestClient.register(bench().base);
      const code = await client.code(new Browser(bench().base));
      const good = {
        grant_type: 'authorization_code',
        code,
        code_verifier: VERIFIER,
        client_id: client.clientId,
      };
      const field = (name: string, value: string) => form({ ...good, [name]: value }).toString();
      const bodies: Record<string, string | Buffer> = {
        'a megabyte': `grant_type=${'x'.repeat(1_000_000)}`,
        'a megabyte of ampersands': '&'.repeat(1_000_000),
        'ten thousand parameters': Array.from({ length: 10_000 }, (_, n) => `p${n}=1`).join('&'),
        'two thousand short parameters': Array.from({ length: 2_000 }, (_, n) => `${n}=`).join('&'),
        'the same parameter a thousand times': 'code=a&'.repeat(1_000),
        'a NUL': `grant_type=authorization_code&client_id=a%00`,
        'a raw NUL': 'grant_type=authorization_code&client_id=a\0',
        'a NUL in the code': field('code', 'mrg_\0'),
        'a name with a NUL': 'grant_type=authorization_code&a%00=b',
        'broken escapes': 'grant_type=%&client_id=%zz&code=%e0%a4%a',
        'bytes that are no UTF-8': Buffer.from([0x67, 0x3d, 0xff, 0xfe, 0xc0, 0x80]),
        'half a surrogate': field('code', '%ED%A0%80'),
        __proto__: '__proto__=a&grant_type=password&constructor[prototype][x]=1',
        '__proto__.grant_type': '__proto__[grant_type]=authorization_code',
        brackets: 'grant_type[]=authorization_code&grant_type[a]=b',
        'SQL in the code': field('code', `' OR 1=1; DROP TABLE oauth_grants; --`),
        'SQL in the client': field('client_id', `' OR '1'='1`),
        'a template': field('code', '{{constructor.constructor("return process")()}}${process}'),
        'a long code': field('code', 'x'.repeat(50_000)),
        gzip: gzipSync(field('code', code)),
      };
      for (const [name, body] of Object.entries(bodies)) {
        for (const path of ['/oauth/token', '/oauth/revoke']) {
          const answer = await post(`${bench().base}${path}`, body, { 'content-type': FORM });
          if (path === '/oauth/revoke' && answer.status === 200) continue;
          expectClientError(`${name} ${path}`, answer.status, JSON.stringify(answer.body));
          expectOAuthError(name, answer);
        }
      }
      await expectSurvivesBrokenHttp(bench().base);
      expect((await client.redeem(code)).status).toBe(200);
    },
  );
}

/** Nothing of the inside shows. */
function expectClientError(name: string, status: number, body: string): void {
  expect({ name, refused: status >= 400 && status < 500 }).toEqual({ name, refused: true });
  expect({ name, body }).toEqual({
    name,
    body: expect.not.stringMatching(
      /stack|node_modules|\.js:|\.ts:|select |insert |exception|ENOENT|FST_/i,
    ) as string,
  });
  expect(body.length).toBeLessThan(500);
}

/** Below what `fetch` can send. */
async function expectSurvivesBrokenHttp(base: string): Promise<void> {
  const head = `POST /oauth/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: ${FORM}\r\n`;
  const megabyte = `fa00\r\n${'x'.repeat(64_000)}\r\n`.repeat(16);
  const authorization = 'Authorization: Basic YTpi\r\n';
  const requests: [string, number, string][] = [
    ['two lengths', 400, `${head}Content-Length: 3\r\nContent-Length: 9\r\n\r\na=b`],
    [
      'a length and chunks',
      400,
      `${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n`,
    ],
    ['a broken chunk', 400, `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\na=b\r\n`],
    ['a megabyte in chunks', 413, `${head}Transfer-Encoding: chunked\r\n\r\n${megabyte}0\r\n\r\n`],
    ['a length of minus one', 400, `${head}Content-Length: -1\r\n\r\na=b`],
    ['280 MB announced', 413, `${head}Content-Length: 293601280\r\n\r\na=b`],
    ['a header of 100 KB', 431, `${head}X-Long: ${'x'.repeat(100_000)}\r\nContent-Length: 0\r\n\r\n`],
    ['a NUL in a header', 400, `${head}X-Nul: a\0b\r\nContent-Length: 0\r\n\r\n`],
    ['no HTTP at all', 400, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['two Authorization headers', 400, `${head}${authorization}${authorization}Content-Length: 3\r\n\r\na=b`],
  ];
  for (const [name, status, bytes] of requests) {
    const answer = await sendRaw(base, bytes);
    expect({ name, status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]) }).toEqual({ name, status });
    const [, body = ''] = answer.split('\r\n\r\n');
    expect({ name, error: typeof (JSON.parse(body) as { error: unknown }).error }).toEqual({
      name,
      error: 'string',
    });
    expectClientError(name, status, body);
  }
  // Bodies that never come whole, and callers that go: there is nothing to answer.
  for (const rest of [
    'Content-Length: 100\r\n\r\ngrant_type=',
    'Transfer-Encoding: chunked\r\n\r\nfffffffff\r\na=b',
  ]) {
    expect(await sendRaw(base, `${head}${rest}`, 300)).toBe('');
  }
}
