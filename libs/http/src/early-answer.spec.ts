import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { registerEarlyAnswer } from './early-answer.js';

const DRAIN_MS = 300;

describe('registerEarlyAnswer', () => {
  let server: FastifyInstance;
  beforeAll(async () => {
    server = fastify({ forceCloseConnections: true });
    registerEarlyAnswer(server, DRAIN_MS);
    server.post('/', async (request) => request.body);
    server.post('/refused', {
      onRequest: async (_request, reply) => reply.code(401).send({ error: 'no' }),
      handler: () => undefined,
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => server.close());

  const open = (): { socket: Socket; text: () => string; closed: Promise<unknown> } => {
    const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1');
    let text = '';
    socket.on('data', (bytes) => (text += String(bytes)));
    socket.on('error', () => undefined);
    // Not with `once` of node:events, which a reset connection rejects.
    const closed = new Promise((resolve) => socket.once('close', resolve));
    return { socket, text: () => text, closed };
  };
  const head = (path: string, length: number, extra = '') =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${extra}\r\n`;
  const EXPECT = 'Expect: 100-continue\r\n';

  it('tells a client to continue once its body is wanted', async () => {
    const { socket, text } = open();
    socket.write(head('/', 2, EXPECT));
    while (!text().includes('\r\n\r\n')) await sleep(5);
    expect(text()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('{}');
    while (!text().endsWith('{}')) await sleep(5);
    expect(text().slice(25)).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  it('refuses without asking for the body', async () => {
    const { socket, text, closed } = open();
    socket.write(head('/refused', 1_000_000, EXPECT));
    await closed;
    expect(text()).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('cuts off who goes on sending after the answer, and lets him read it', async () => {
    const { socket, text, closed } = open();
    socket.write(head('/refused', 1_000_000_000));
    const startedAt = performance.now();
    const sending = setInterval(() => socket.write('x'.repeat(1_000)), 10);
    await closed;
    clearInterval(sending);
    expect(text()).toMatch(/^HTTP\/1\.1 401 /);
    expect(performance.now() - startedAt).toBeGreaterThan(DRAIN_MS - 50);
  }, 5_000);

  it('keeps the connection of a client that sent all of a refused body', async () => {
    const { socket, text } = open();
    socket.write(`${head('/refused', 20_000)}${'x'.repeat(20_000)}`);
    await sleep(2 * DRAIN_MS);
    socket.write(`${head('/', 7)}{"a":1}`);
    while (!text().endsWith('{"a":1}')) await sleep(5);
    expect(text()).toMatch(/HTTP\/1\.1 401 [^]*HTTP\/1\.1 200 /);
    socket.destroy();
  }, 5_000);
});
