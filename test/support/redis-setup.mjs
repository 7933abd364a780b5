import globalSetup from './global-setup.mjs';
import { startRedis } from './redis-server.mjs';

/**
 * A real Redis for the suites that run on both stores: `TEST_REDIS_URL`, else one of their own. Where there is none,
 * the suites on Redis say so and do nothing; on CI they fail.
 */
export default async function redisSetup() {
  await globalSetup();
  if (process.env.TEST_REDIS_URL) return;
  try {
    const redis = await startRedis();
    globalThis.testRedis = redis.stop;
    process.env.TEST_REDIS_URL = redis.url;
  } catch (error) {
    console.warn(`There is no Redis here, so nothing is tested on it: ${error.message.trim()}`);
  }
}
