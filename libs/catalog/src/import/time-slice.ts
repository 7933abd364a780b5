import { setImmediate as nextTurn } from 'node:timers/promises';

/** So long may one piece of work keep everybody else waiting, in milliseconds. */
const SLICE_MS = 15;

/** Long work on the event loop, cut into slices. */
export class TimeSlice {
  private ends = 0;

  /** To be awaited between two steps of the work: others have their turn when the slice is over. */
  async letOthers(): Promise<void> {
    if (performance.now() < this.ends) return;
    await nextTurn();
    this.ends = performance.now() + SLICE_MS;
  }
}
