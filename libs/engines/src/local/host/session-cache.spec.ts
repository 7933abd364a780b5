import { SessionCache } from './session-cache.js';

class Loaded {
  released = false;
  release() {
    this.released = true;
  }
}

describe('SessionCache', () => {
  it('loads a model once', async () => {
    const cache = new SessionCache(2);
    const load = jest.fn(async () => new Loaded());
    const first = await cache.get('a', load);
    expect(await cache.get('a', load)).toBe(first);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('releases the least recently used beyond its capacity, and only between runs', async () => {
    const cache = new SessionCache(2);
    const [a, b, c] = [new Loaded(), new Loaded(), new Loaded()];
    await cache.get('a', async () => a);
    await cache.get('b', async () => b);
    await cache.get('a', async () => a);
    await cache.get('c', async () => c);
    expect([a, b, c].map((session) => session.released)).toEqual([false, false, false]);
    await cache.trim();
    expect([a, b, c].map((session) => session.released)).toEqual([false, true, false]);
  });

  it('tries again after a load that failed', async () => {
    const cache = new SessionCache(2);
    await expect(cache.get('a', () => Promise.reject(new Error('no weights')))).rejects.toThrow('no weights');
    expect(await cache.get('a', async () => new Loaded())).toBeInstanceOf(Loaded);
  });
});
