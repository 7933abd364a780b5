import globalTeardown from './global-teardown.mjs';

export default async function redisTeardown() {
  await globalThis.testRedis?.();
  await globalTeardown();
}
