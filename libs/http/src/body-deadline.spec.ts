import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { registerBodyDeadline } from './body-deadline.js';

describe('registerBodyDeadline', () => {
  let server: FastifyInstance;
  beforeAll(async () => {
    server = fastify({ forceCloseConnections: true });
    registerBodyDeadline(server, 200);
    server.post('/', async (request) => {
      await sleep(400);
      return request.body;
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => server.close());

  const port = () => (server.server.address() as AddressInfo).port;

  it('ends a connection whose body does not come', async () => {
    const socket = connect(port(), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a',
    );
    const startedAt = performance.now();
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(performance.now() - startedAt).toBeGreaterThan(150);
  }, 5_000);

  it('leaves the handler its time once the body is there', async () => {
    const answer = await fetch(`http://127.0.0.1:${port()}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(await answer.json()).toEqual({ a: 1 });
  });
});
