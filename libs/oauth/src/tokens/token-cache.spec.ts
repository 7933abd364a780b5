import { Client } from 'pg';
import { loadConfig } from '#libs/config';
import { EventBus, migrateQueueStore } from '#libs/queue';
import { eventually } from '../../../../test/support/standalone.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { TokenCache, type VerifiedToken } from './token-cache.js';

jest.setTimeout(60_000);

describe('TokenCache', () => {
  let database: TestDatabase;
  let administrator: Client;
  const buses: EventBus[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    await migrateQueueStore(loadConfig({ DATABASE_URL: database.url }));
    administrator = new Client({ connectionString: process.env.TEST_DATABASE_URL });
    await administrator.connect();
  });
  afterAll(async () => {
    for (const bus of buses) await bus.onApplicationShutdown();
    await administrator?.end();
    await database?.drop();
  });

  async function replica(): Promise<{ bus: EventBus; cache: TokenCache }> {
    const bus = new EventBus(loadConfig({ DATABASE_URL: database.url }));
    buses.push(bus);
    await bus.onModuleInit();
    await eventually(() => bus.isReady);
    return { bus, cache: new TokenCache(bus) };
  }

  const token = (tokenHash: string): VerifiedToken => ({
    tokenHash,
    actor: { userId: 'u', email: 'ada@example.org', role: 'user', clientId: 'c' },
    scopes: ['mcp'],
    expiresAt: new Date(Date.now() + 60_000),
    clientId: 'c',
    grantId: `grant of ${tokenHash}`,
  });

  /** How often the database was asked. */
  function counting(tokenHash: string) {
    const counter = { loads: 0 };
    const load = async () => {
      counter.loads += 1;
      return token(tokenHash);
    };
    return { counter, load };
  }

  it('asks once while it remembers, and again after an eviction on another replica', async () => {
    const [here, there] = [await replica(), await replica()];
    const { counter, load } = counting('one');
    await here.cache.get('one', load);
    await here.cache.get('one', load);
    expect(counter.loads).toBe(1);
    await there.cache.evict({ grantId: 'grant of another' });
    await there.cache.evict({ grantId: 'grant of one' });
    await eventually(async () => {
      await here.cache.get('one', load);
      return counter.loads === 2;
    }, 2_000);
  });

  it('forgets everything when events flow again after they did not, but ends nothing', async () => {
    const { bus, cache } = await replica();
    const evictions: unknown[] = [];
    cache.onEviction((eviction) => evictions.push(eviction));
    const { counter, load } = counting('kept');
    const back = new Promise<void>((resolve) => bus.onReconnected(resolve));
    await cache.get('kept', load);
    await administrator.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      new URL(database.url).pathname.slice(1),
    ]);
    await cache.get('kept', load);
    expect(counter.loads).toBe(1);
    await back;
    await cache.get('kept', load);
    expect(counter.loads).toBe(2);
    expect(evictions).toEqual([]);
  });
});
