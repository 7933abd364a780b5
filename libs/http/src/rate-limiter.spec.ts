import { DataSource } from 'typeorm';
import { loadConfig } from '#libs/config';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { RateLimiter } from './rate-limiter.js';

jest.setTimeout(60_000);

const LIMIT = { points: 2, seconds: 60 };
const HOUR_MS = 3_600_000;

describe('RateLimiter on PostgreSQL', () => {
  let database: TestDatabase;
  const dataSources: DataSource[] = [];

  beforeAll(async () => void (database = await createTestDatabase()));
  afterAll(async () => {
    for (const dataSource of dataSources) if (dataSource.isInitialized) await dataSource.destroy();
    await database?.drop();
  });

  /** As one process has it. */
  async function limiter(): Promise<{ limiter: RateLimiter; dataSource: DataSource }> {
    const dataSource = new DataSource({ type: 'postgres', url: database.url, installExtensions: false });
    await dataSource.initialize();
    dataSources.push(dataSource);
    return { limiter: new RateLimiter(loadConfig({ DATABASE_URL: database.url }), dataSource), dataSource };
  }

  it('counts over processes and restarts, each key and bucket for itself', async () => {
    const first = await limiter();
    await first.limiter.consume('a', 'key', LIMIT);
    await first.limiter.consume('a', 'key', LIMIT);
    await first.dataSource.destroy();
    const second = await limiter();
    await expect(second.limiter.consume('a', 'key', LIMIT)).rejects.toMatchObject({
      code: 'rate_limited',
      details: { retryAfterSeconds: expect.any(Number) },
    });
    await second.limiter.consume('a', 'other key', LIMIT);
    await second.limiter.consume('b', 'key', LIMIT);
  });

  it('lets exactly as many through as the limit says when they come at once', async () => {
    const [one, other] = [await limiter(), await limiter()];
    const attempts = Array.from({ length: 20 }, (_, index) =>
      (index % 2 ? one : other).limiter.consume('rush', 'key', LIMIT),
    );
    const results = await Promise.allSettled(attempts);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });

  it('takes back what did not count, and forgets', async () => {
    const { limiter: counting } = await limiter();
    await counting.consume('back', 'key', LIMIT);
    await counting.consume('back', 'key', LIMIT);
    await counting.refund('back', 'key', LIMIT);
    await counting.consume('back', 'key', LIMIT);
    await expect(counting.consume('back', 'key', LIMIT)).rejects.toMatchObject({ code: 'rate_limited' });
    await counting.reset('back', 'key', LIMIT);
    await counting.consume('back', 'key', LIMIT);
  });

  it('clears away what is over', async () => {
    const { limiter: counting, dataSource } = await limiter();
    await dataSource.query(`INSERT INTO rate_limits (key, points, expire) VALUES ('long over', 1, $1)`, [
      Date.now() - 2 * HOUR_MS,
    ]);
    const keys = async () =>
      (await dataSource.query<{ key: string }[]>('SELECT key FROM rate_limits')).map(({ key }) => key);
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'Date'] });
    try {
      await counting.consume('clearing', 'key', LIMIT);
      expect(await keys()).toContain('long over');
      jest.advanceTimersByTime(HOUR_MS / 2);
      while ((await keys()).includes('long over')) await new Promise((resolve) => setImmediate(resolve));
      expect(await keys()).toContain('clearing:key');
    } finally {
      jest.useRealTimers();
    }
  });

  it('counts in memory while the store is away', async () => {
    const { limiter: counting, dataSource } = await limiter();
    await counting.consume('away', 'key', LIMIT);
    await dataSource.query('ALTER TABLE rate_limits RENAME TO rate_limits_away');
    try {
      await counting.consume('away', 'key', LIMIT);
      await counting.consume('away', 'key', LIMIT);
      await expect(counting.consume('away', 'key', LIMIT)).rejects.toMatchObject({ code: 'rate_limited' });
    } finally {
      await dataSource.query('ALTER TABLE rate_limits_away RENAME TO rate_limits');
    }
  });
});
