import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { loadConfig } from '#libs/config';
import { freePort } from '../../../test/support/free-port.js';
import { describeOnStore, isOnRedis } from '../../../test/support/queue-store.js';
import { checkRedis } from './redis-check.js';

const check = (url: string) => checkRedis(loadConfig({ REDIS_URL: url }));

(isOnRedis ? describe.skip : describe)('what REDIS_URL names', () => {
  const sockets: Socket[] = [];
  const servers: Server[] = [];

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.close();
  });

  /** A server that says this to whatever it is asked. */
  async function listen(answer?: string): Promise<string> {
    const server = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      if (answer !== undefined) socket.on('data', () => socket.write(answer));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const infoOf = (version: string) => {
    const info = `# Server\r\nredis_version:${version}\r\n`;
    return `$${info.length}\r\n${info}\r\n`;
  };

  it('may be nothing', () => expect(checkRedis(loadConfig({}))).resolves.toBeUndefined());

  it('does not listen, and is told without its password', async () => {
    const port = await freePort();
    await expect(check(`redis://:secret@127.0.0.1:${port}`)).rejects.toThrow(
      new RegExp(
        `^Redis at 127.0.0.1:${port} cannot be used \\(connect ECONNREFUSED .*\\)\\. Check REDIS_URL\\.$`,
      ),
    );
  });

  it.each([
    ['is another kind of server', 'HTTP/1.1 400 Bad Request\r\n\r\n', /Protocol error/],
    ['says nothing', undefined, /\(no answer\)/],
    ['is too old', infoOf('6.0.20'), /\(it is Redis 6\.0\.20, and 6\.2 or later is needed\)/],
    ['lets nobody in', '-NOAUTH Authentication required.\r\n', /NOAUTH/],
  ])('%s', async (_, answer, reason) => {
    const began = performance.now();
    await expect(check(await listen(answer))).rejects.toThrow(reason);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('is new enough', async () => {
    await expect(check(await listen(infoOf('6.2.0')))).resolves.toBeUndefined();
    await expect(check(await listen(infoOf('10.0.1')))).resolves.toBeUndefined();
  });
});

if (isOnRedis) {
  describeOnStore('a real Redis', () => {
    const url = `${process.env.TEST_REDIS_URL}`;

    it('can be used', () => expect(check(url)).resolves.toBeUndefined());

    it('refuses a wrong password and a database that it has not', async () => {
      await expect(check(url.replace('//', '//nobody:wrong@'))).rejects.toThrow(/WRONGPASS.*Check REDIS_URL/);
      await expect(check(`${url}/4711`)).rejects.toThrow(/DB index is out of range/);
    });
  });
}
