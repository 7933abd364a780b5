import { Injectable } from '@nestjs/common';
import { EventBus } from '#libs/queue';

const TOPIC = 'catalog.changed';

/**
 * "The catalogue changed", to every process. Changes are rare and reads are many, so it does not say what changed:
 * whoever remembers anything of the catalogue forgets all of it.
 */
@Injectable()
export class CatalogChanges {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly bus: EventBus) {}

  /**
   * To be called after the commit of every change. Never throws. This process hears it before the call returns, and
   * also when the event store is away.
   */
  announce(): Promise<void> {
    for (const listener of this.listeners) listener();
    return this.bus.publish(TOPIC);
  }

  /**
   * Also called when events may have been missed. The listener must not throw.
   * @returns a function that ends the subscription
   */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    const ends = [this.bus.subscribe(TOPIC, listener), this.bus.onReconnected(listener)];
    return () => {
      this.listeners.delete(listener);
      ends.forEach((end) => end());
    };
  }

  /** False while events of other processes do not arrive: what is remembered may be old then. */
  get areHeard(): boolean {
    return this.bus.isReady;
  }
}
