import { loadConfig } from '#libs/config';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { EventBus } from './event-bus.js';
import { migrateQueueStore } from './queue-backend.js';

jest.setTimeout(30_000);

describe('EventBus between two processes', () => {
  let database: TestDatabase;
  let sender: EventBus;
  let receiver: EventBus;

  beforeAll(async () => {
    database = await createTestDatabase();
    const config = loadConfig({ DATABASE_URL: database.url });
    await migrateQueueStore(config);
    [sender, receiver] = [new EventBus(config), new EventBus(config)];
    await Promise.all([sender.onModuleInit(), receiver.onModuleInit()]);
  });

  afterAll(async () => {
    await Promise.all([sender?.onApplicationShutdown(), receiver?.onApplicationShutdown()]);
    await database?.drop();
  });

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
});
