import { SEGMENT_BITS } from './postings.js';
import { Tally } from './tally.js';

/** Searches that are under way at the same time need one each; more are seldom, and made when they are needed. */
const MOST_KEPT = 4;
const SEGMENT = 1 << SEGMENT_BITS;

/** Tallies for one query after the other: a new one has some megabytes, which would have to be found and cleared each time. */
export class TallyPool {
  private readonly free: Tally[] = [];

  /** @param size one more than the greatest entry number */
  take(size: number): Tally {
    const tally = this.free.pop();
    const room = Math.ceil(size / SEGMENT) * SEGMENT;
    // Of another size: the catalogue has grown, or was emptied.
    if (tally?.size !== room) return new Tally(room);
    tally.clear();
    return tally;
  }

  giveBack(tally: Tally): void {
    if (this.free.length < MOST_KEPT) this.free.push(tally);
  }
}
