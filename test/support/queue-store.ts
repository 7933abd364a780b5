/** True in the run of a suite that has queue and events on Redis; jest.config.js runs each on both stores. */
export const isOnRedis = (globalThis as { QUEUE_STORE?: string }).QUEUE_STORE === 'redis';

/** `describe` on whichever store this run is for. Without a Redis there is nothing to run on it, but on CI there has to be. */
export const describeOnStore =
  isOnRedis && !process.env.TEST_REDIS_URL && !process.env.CI ? describe.skip : describe;
