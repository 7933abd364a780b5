import { Client } from 'pg';
import { loadConfig } from '#libs/config';
import { eventually } from '../../../test/support/standalone.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { EventBus } from './event-bus.js';
import { migrateQueueStore } from './queue-backend.js';

jest.setTimeout(60_000);

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrateQueueStore(loadConfig({ DATABASE_URL: database.url }));
});
afterAll(() => database?.drop());

async function startBus(): Promise<EventBus> {
  const bus = new EventBus(loadConfig({ DATABASE_URL: database.url }));
  await bus.onModuleInit();
  return bus;
}

describe('EventBus between two processes', () => {
  let sender: EventBus;
  let receiver: EventBus;

  beforeAll(async () => void ([sender, receiver] = await Promise.all([startBus(), startBus()])));
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

describe('EventBus when its connections are cut', () => {
  let bus: EventBus;
  let administrator: Client;
  const name = () => new URL(database.url).pathname.slice(1);

  beforeAll(async () => {
    administrator = new Client({ connectionString: process.env.TEST_DATABASE_URL });
    await administrator.connect();
    bus = await startBus();
    await eventually(() => bus.isReady);
  });
  afterAll(async () => {
    await bus?.onApplicationShutdown();
    await administrator?.end();
  });

  const cut = () =>
    administrator.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      name(),
    ]);

  it('says so, comes back by itself, tells that it was away, and delivers again', async () => {
    const returns: boolean[] = [];
    bus.onReconnected(() => returns.push(bus.isReady));

    await administrator.query(`ALTER DATABASE ${name()} ALLOW_CONNECTIONS false`);
    await cut();
    await eventually(() => !bus.isReady, 5_000);
    await bus.publish('while.away');
    expect(returns).toEqual([]);

    await administrator.query(`ALTER DATABASE ${name()} ALLOW_CONNECTIONS true`);
    await eventually(() => bus.isReady, 15_000);
    expect(returns).toEqual([true]);

    const heard = new Promise((resolve) => bus.subscribe('afterwards', resolve));
    await bus.publish('afterwards', 1);
    expect(await heard).toBe(1);
  });

  it('tells of a cut that is over in a moment, too', async () => {
    const returned = new Promise<void>((resolve) => bus.onReconnected(resolve));
    await cut();
    await returned;
    expect(bus.isReady).toBe(true);
  });

  it('is not ready once it is shut down', async () => {
    const other = await startBus();
    await eventually(() => other.isReady);
    await other.onApplicationShutdown();
    expect(other.isReady).toBe(false);
  });
});
