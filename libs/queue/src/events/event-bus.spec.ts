import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { loadConfig } from '#libs/config';
import { describeOnStore, isOnRedis } from '../../../../test/support/queue-store.js';
import { eventually } from '../../../../test/support/standalone.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { EventBus } from './event-bus.js';
import { PostgresChannel } from './postgres-channel.js';
import { RedisChannel } from './redis-channel.js';

jest.setTimeout(60_000);

async function startBus(settings: Record<string, string>): Promise<EventBus> {
  const bus = new EventBus(loadConfig(settings));
  await bus.onModuleInit();
  return bus;
}

let database: TestDatabase;
let settings: Record<string, string>;
/** Cuts every connection that events arrive on. */
let cut: () => Promise<unknown>;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  settings = { DATABASE_URL: database.url, ...(isOnRedis && { REDIS_URL: `${process.env.TEST_REDIS_URL}` }) };
  cut = isOnRedis ? await redisCut() : await postgresCut();
});
afterAll(async () => {
  for (const close of closing) await close();
  await database?.drop();
});

async function redisCut() {
  const administrator = new Redis(`${process.env.TEST_REDIS_URL}`);
  closing.push(() => administrator.quit());
  return () => administrator.client('KILL', 'TYPE', 'pubsub');
}

let administrator: Client;
const databaseName = () => new URL(database.url).pathname.slice(1);

async function postgresCut() {
  administrator = new Client({ connectionString: process.env.TEST_DATABASE_URL });
  await administrator.connect();
  closing.push(() => administrator.end());
  const sql = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
  return () => administrator.query(sql, [databaseName()]);
}

describeOnStore('EventBus between two processes', () => {
  let sender: EventBus;
  let receiver: EventBus;

  beforeAll(
    async () => void ([sender, receiver] = await Promise.all([startBus(settings), startBus(settings)])),
  );
  afterAll(() => Promise.all([sender?.onApplicationShutdown(), receiver?.onApplicationShutdown()]));

  it('delivers to every subscriber of the topic, in both processes, and to no other', async () => {
    const heard: string[] = [];
    const done = new Promise<void>((resolve) => {
      const note = (who: string) => (data: { n: number }) => heard.push(`${who}${data.n}`) === 2 && resolve();
      receiver.subscribe('request.Ab_-1', note('receiver'));
      sender.subscribe('request.Ab_-1', note('sender'));
      receiver.subscribe('request.other', () => heard.push('wrong topic'));
    });
    await sender.publish('request.Ab_-1', { n: 1 });
    await done;
    expect(heard.sort()).toEqual(['receiver1', 'sender1']);
  });

  it('stops delivering after the subscription ended', async () => {
    const heard: unknown[] = [];
    const end = receiver.subscribe('once', (data) => heard.push(data));
    const second = new Promise((resolve) => receiver.subscribe('last', resolve));
    end();
    await sender.publish('once', 1);
    await sender.publish('last', 2);
    await second;
    expect(heard).toEqual([]);
  });

  it('brings a burst whole and in order', async () => {
    const heard: number[] = [];
    const last = new Promise<void>((resolve) => {
      receiver.subscribe('burst', (n: number) => heard.push(n) === 2_000 && resolve());
    });
    const numbers = Array.from({ length: 2_000 }, (_, n) => n);
    await Promise.all(numbers.map((n) => sender.publish('burst', n)));
    await last;
    expect(heard).toEqual(numbers);
  });

  it('leaves out what is too large for the store, and nothing else', async () => {
    const heard: unknown[] = [];
    const next = new Promise((resolve) => {
      receiver.subscribe('size', (data: string) => heard.push(data.length) && data === 'ü' && resolve(data));
    });
    await Promise.all([
      sender.publish('size', 'x'.repeat(7_800)),
      sender.publish('size', 'ü'.repeat(4_000)),
      sender.publish('size', 'ü'),
    ]);
    await next;
    expect(heard).toEqual([7_800, 1]);
  });

  it('is not lost by the mistake of a listener', async () => {
    await eventually(() => receiver.isReady);
    receiver.subscribe('mistake', () => {
      throw new Error('a mistake');
    });
    const next = new Promise((resolve) => receiver.subscribe('next', resolve));
    await sender.publish('mistake');
    await sender.publish('next', 'after it');
    expect(await next).toBe('after it');
    expect(receiver.isReady).toBe(true);
  });
});

describeOnStore('EventBus when its connections are cut', () => {
  let bus: EventBus;

  beforeAll(async () => {
    bus = await startBus(settings);
    await eventually(() => bus.isReady);
  });
  afterAll(() => bus?.onApplicationShutdown());

  it('comes back by itself, tells that it was away, and delivers again', async () => {
    const returned = new Promise<void>((resolve) => bus.onReconnected(resolve));
    await cut();
    await returned;
    expect(bus.isReady).toBe(true);
    const heard = new Promise((resolve) => bus.subscribe('afterwards', resolve));
    await bus.publish('afterwards', 1);
    expect(await heard).toBe(1);
  });

  // What keeps a Redis away for longer is in the chaos suite.
  (isOnRedis ? it.skip : it)('says so while the store stays away', async () => {
    const returns: boolean[] = [];
    bus.onReconnected(() => returns.push(bus.isReady));

    await administrator.query(`ALTER DATABASE ${databaseName()} ALLOW_CONNECTIONS false`);
    await cut();
    await eventually(() => !bus.isReady, 5_000);
    await bus.publish('while.away');
    expect(returns).toEqual([]);

    await administrator.query(`ALTER DATABASE ${databaseName()} ALLOW_CONNECTIONS true`);
    await eventually(() => bus.isReady, 15_000);
    expect(returns).toEqual([true]);
  });

  it('is not ready once it is shut down', async () => {
    const other = await startBus(settings);
    await eventually(() => other.isReady);
    await other.onApplicationShutdown();
    expect(other.isReady).toBe(false);
  });
});

(isOnRedis ? describe.skip : describe)('PostgresChannel', () => {
  it('sends at once what is sent in the turn in which the message before it is done', async () => {
    const channel = new PostgresChannel(database.url);
    await channel.open({ onMessage: () => undefined, onReturn: () => undefined });
    const began = performance.now();
    await channel.send('first').then(() => channel.send('second'));
    expect(performance.now() - began).toBeLessThan(3_000);
    await channel.close();
    await expect(channel.send('late')).rejects.toThrow('not connected');
    await expect(channel.send('later')).rejects.toThrow('not connected');
  });
});

(isOnRedis ? describe : describe.skip)('RedisChannel', () => {
  it('leaves connections that died without a word, both of them', async () => {
    const { hostname, port } = new URL(`${process.env.TEST_REDIS_URL}`);
    const sockets: Socket[] = [];
    const proxy = createServer((near) => {
      const far = connect(Number(port), hostname);
      for (const socket of [near, far]) sockets.push(socket.on('error', () => undefined));
      near.pipe(far);
      far.pipe(near);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const channel = new RedisChannel(`redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    await channel.open({ onMessage: () => undefined, onReturn: () => undefined });
    await channel.send('before');

    for (const socket of sockets) socket.unpipe().pause();
    await eventually(
      () =>
        channel.send('after').then(
          () => true,
          () => false,
        ),
      40_000,
    );
    await eventually(() => channel.isOpen, 10_000);
    await channel.close();
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });
});
