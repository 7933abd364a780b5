import { Injectable } from '@nestjs/common';
import { EventBus } from '#libs/queue';

const TOPIC = 'catalog.changed';

/**
 * "The catalogue changed", to every process. Changes are rare and reads are many, so it does not say what changed:
 * whoever remembers anything of the catalogue forgets all of it.
 */
@Injectable()
export class CatalogChanges {
  constructor(private readonly bus: EventBus) {}

  /** To be called after the commit of every change. Never throws. */
  announce(): Promise<void> {
    return this.bus.publish(TOPIC);
  }

  /**
   * Also called when events may have been missed.
   * @returns a function that ends the subscription
   */
  subscribe(listener: () => void): () => void {
    const ends = [this.bus.subscribe(TOPIC, listener), this.bus.onReconnected(listener)];
    return () => ends.forEach((end) => end());
  }

  /** False while events of other processes do not arrive: what is remembered may be old then. */
  get areHeard(): boolean {
    return this.bus.isReady;
  }
}
