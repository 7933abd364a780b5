import type { Disposable } from '../local-model.js';

/**
 * Loaded models by name. Holds at most `capacity` beyond a run, and lets the least recently used go first. What a
 * run asked for stays until the run is over, so a model never loses the ground under its feet.
 */
export class SessionCache {
  /** In the order of use: a Map iterates in insertion order, and each use inserts anew. */
  readonly #entries = new Map<string, Promise<Disposable>>();

  constructor(private readonly capacity: number) {}

  async get<T extends Disposable>(name: string, load: () => Promise<T>): Promise<T> {
    const session = (this.#entries.get(name) as Promise<T> | undefined) ?? load();
    this.#entries.delete(name);
    this.#entries.set(name, session);
    try {
      return await session;
    } catch (error) {
      this.#entries.delete(name);
      throw error;
    }
  }

  /** Call between runs. */
  async trim(): Promise<void> {
    const surplus = [...this.#entries.keys()].slice(0, Math.max(0, this.#entries.size - this.capacity));
    for (const name of surplus) {
      const session = await this.#entries.get(name);
      this.#entries.delete(name);
      await session?.release();
    }
  }
}
