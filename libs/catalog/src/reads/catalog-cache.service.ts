import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CatalogChanges } from '../changes/catalog-changes.service.js';
import { deepFreeze } from './deep-freeze.js';

/** Bounds of what is remembered. Characters are those of the values as JSON text. */
const MAX_VALUES = 5_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;
const MAX_CHARACTERS_OF_ONE = 2 * 1024 * 1024;

/** The bound for an event that was lost without notice; every other change is seen by its event. */
const TTL_MS = 30_000;

/** How one value is read. */
interface CachedRead<Value extends object> {
  /** Unique among all that is read here. */
  key: string;
  load: () => Promise<Value | null>;
  /** Whether everybody may see this value. Whatever is for some only is neither remembered nor given to another. */
  isForAll: (value: Value) => boolean;
}

/**
 * What the catalogue was read to hold, until the catalogue changes. Every value is frozen, since callers share it.
 * While changes of other processes are not heard, nothing is taken from here nor put in.
 */
@Injectable()
export class CatalogCache implements OnApplicationShutdown {
  private readonly values = new LRUCache<string, object>({
    max: MAX_VALUES,
    maxSize: MAX_CHARACTERS,
    maxEntrySize: MAX_CHARACTERS_OF_ONE,
    sizeCalculation: (value) => JSON.stringify(value).length,
    ttl: TTL_MS,
  });
  private readonly running = new Map<string, Promise<object | null>>();
  /** Rises with every change, so that a read knows whether it began before one. */
  private generation = 0;
  private readonly unsubscribe: () => void;

  constructor(private readonly changes: CatalogChanges) {
    this.unsubscribe = changes.subscribe(() => this.forget());
  }

  onApplicationShutdown(): void {
    this.unsubscribe();
  }

  /**
   * The remembered value, else what `load` finds. Parallel callers share one load, unless it finds nothing or
   * something that is not for all: then each looks with its own `load`.
   */
  async get<Value extends object>({ key, load, isForAll }: CachedRead<Value>): Promise<Value | null> {
    if (!this.changes.areHeard) return deepFreeze(await load());
    const known = this.values.get(key) as Value | undefined;
    if (known) return known;
    const running = this.running.get(key) as Promise<Value | null> | undefined;
    if (!running) return this.load({ key, load, isForAll });
    const found = await running;
    return found && isForAll(found) ? found : deepFreeze(await load());
  }

  private async load<Value extends object>({
    key,
    load,
    isForAll,
  }: CachedRead<Value>): Promise<Value | null> {
    const began = this.generation;
    const running = load().then(deepFreeze);
    this.running.set(key, running);
    try {
      const value = await running;
      // Read before the catalogue changed, perhaps: good for whoever asked then, and for nobody later.
      const isCurrent = began === this.generation && this.changes.areHeard;
      if (value && isCurrent && isForAll(value)) this.values.set(key, value);
      return value;
    } finally {
      if (this.running.get(key) === running) this.running.delete(key);
    }
  }

  private forget(): void {
    this.generation += 1;
    this.values.clear();
    this.running.clear();
  }
}
