import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Controller, Get, Query, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { McpBearerGuard, OAuthModule } from '../src/index.js';
import { OpenRequests } from '../src/tokens/open-requests.js';
import { type OAuthApp, START_LIMIT_MS, startOAuthApp } from './oauth-app.js';
import { bearer, Browser, callMcp, TestClient } from '../../../test/support/oauth-client.js';

/** Answers like a tool: after a while, with one body or with a stream that nobody ends. */
@Controller('mcp')
@UseGuards(McpBearerGuard)
class ToolsController {
  @Get()
  async answer(
    @Query() { after, how }: { after: string; how: 'stream' | 'body' },
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await delay(Number(after));
    if (how === 'body') {
      void reply.send({ done: true });
      return;
    }
    reply.hijack();
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' });
    reply.raw.write(': open\n\n');
  }
}

class ToolsModule {}

let server: OAuthApp;
let client: TestClient;
let browser: Browser;

beforeAll(async () => {
  server = await startOAuthApp({}, [
    { module: ToolsModule, imports: [OAuthModule], controllers: [ToolsController] },
  ]);
  browser = new Browser(server.base);
  client = await TestClient.register(server.base);
}, START_LIMIT_MS);

afterAll(() => server.close());

const accessToken = async (): Promise<string> => (await client.connect(browser)).access_token;

const call = (token: string, how: 'stream' | 'body', after: number): Promise<Response> =>
  fetch(`${server.base}/mcp?how=${how}&after=${after}`, { headers: bearer(token) });

/** Milliseconds until the body is over. */
async function lifetime(response: Response): Promise<number> {
  const startedAt = performance.now();
  await response.text().catch(() => undefined);
  return performance.now() - startedAt;
}

describe('when a token is revoked', () => {
  it('its open streams end at once, and those of other tokens do not', async () => {
    const [own, other] = [await accessToken(), await accessToken()];
    const streams = await Promise.all([call(own, 'stream', 0), call(own, 'stream', 0)]);
    const controller = new AbortController();
    const stranger = await fetch(`${server.base}/mcp?how=stream&after=0`, {
      headers: bearer(other),
      signal: controller.signal,
    });
    const ends = Promise.all(streams.map(lifetime));
    await client.revoke({ token: own });
    expect(Math.max(...(await ends))).toBeLessThan(500);
    const reader = stranger.body?.getReader();
    await reader?.read();
    expect(await Promise.race([reader?.read(), delay(1_500, 'still open')])).toBe('still open');
    controller.abort();
  });

  it('a stream ends, too, that was let in before and begins a moment later', async () => {
    const token = await accessToken();
    const opening = call(token, 'stream', 400);
    await delay(150);
    await client.revoke({ token });
    expect(await lifetime(await opening)).toBeLessThan(1_500);
  });

  it('a call that is on its way finishes', async () => {
    const token = await accessToken();
    const answer = call(token, 'body', 1_500);
    await delay(150);
    await client.revoke({ token });
    expect(await (await answer).json()).toEqual({ done: true });
    expect((await callMcp(server.base, bearer(token))).status).toBe(401);
  });

  it('a call whose body is still coming is refused', async () => {
    const token = await accessToken();
    const socket = connect(Number(new URL(server.base).port), '127.0.0.1');
    socket.write(
      `POST /mcp HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{',
    );
    await delay(200);
    await client.revoke({ token });
    socket.write('}');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 /);
  });
});

describe('when the event of a revocation is lost', () => {
  it('streams end as soon as events arrive again, and only those', async () => {
    const [own, other] = [await accessToken(), await accessToken()];
    const controller = new AbortController();
    const stranger = await fetch(`${server.base}/mcp?how=stream&after=0`, {
      headers: bearer(other),
      signal: controller.signal,
    });
    const end = lifetime(await call(own, 'stream', 0));
    await server.dataSource.query(
      `UPDATE oauth_access_tokens SET revoked_at = now() WHERE token_hash = encode(sha256(convert_to($1, 'UTF8')), 'hex')`,
      [own],
    );
    await server.dataSource.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    expect(await end).toBeLessThan(10_000);
    const reader = stranger.body?.getReader();
    await reader?.read();
    expect(await Promise.race([reader?.read(), delay(500, 'still open')])).toBe('still open');
    controller.abort();
  }, 20_000);
});

describe('the list of open requests', () => {
  it('is empty when they are over, however they ended', async () => {
    const open = server.app.get(OpenRequests);
    const token = await accessToken();
    const controller = new AbortController();
    await callMcp(server.base, bearer(token));
    await fetch(`${server.base}/mcp?how=stream&after=0`, {
      headers: bearer(token),
      signal: controller.signal,
    });
    expect(open.size).toBe(1);
    controller.abort();
    await delay(100);
    expect(open.size).toBe(0);
  });
});
