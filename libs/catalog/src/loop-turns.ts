import { setImmediate } from 'node:timers/promises';

const MOST_MS = 4;

/** Lets others have their turn of the event loop during long work: whoever works calls `breathe` between its pieces. */
export class LoopTurns {
  private since = performance.now();

  async breathe(): Promise<void> {
    if (performance.now() - this.since < MOST_MS) return;
    await setImmediate();
    this.since = performance.now();
  }
}
