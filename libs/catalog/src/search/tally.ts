import { NUMBER_MASK, SEGMENT_BITS, type CodeFilter } from './postings.js';

/** From this share of all entries on, looking at each is cheaper than putting hits in order. */
const MANY = 1 / 16;

/**
 * Counts together what entries are worth. A common word has most of the catalogue for postings, so here are plain loops over
 * typed arrays: some nanoseconds for an entry, where a function for each would take many times that.
 */
export class Tally {
  private readonly scores: Float32Array;
  private readonly matched: Uint8Array;
  private readonly hits: Int32Array;
  private hitCount = 0;
  /** The worth of the present concept, and the entries that have any. */
  private readonly values: Float32Array;
  private readonly touched: Int32Array;
  private touchedCount = 0;

  /** @param size one more than the greatest entry number */
  constructor(size: number) {
    this.scores = new Float32Array(size);
    this.matched = new Uint8Array(size);
    this.hits = new Int32Array(size);
    this.values = new Float32Array(size);
    this.touched = new Int32Array(size);
  }

  /** Entries with the term have at least its worth for the present concept. */
  raise(postings: Buffer | undefined, byClass: Float32Array, { mask, wanted }: CodeFilter): void {
    if (postings === undefined) return;
    const { values, touched } = this;
    let count = this.touchedCount;
    for (let at = 0; at < postings.length;) {
      const first = postings.readUInt16BE(at) << SEGMENT_BITS;
      const end = at + 4 + 2 * postings.readUInt16BE(at + 2);
      for (at += 4; at < end; at += 2) {
        const code = ((postings[at] as number) << 8) | (postings[at + 1] as number);
        if ((code & mask) !== wanted) continue;
        const number = first | (code & NUMBER_MASK);
        const value = byClass[(code >> SEGMENT_BITS) & 3] as number;
        const before = values[number] as number;
        if (value <= before) continue;
        if (before === 0) touched[count++] = number;
        values[number] = value;
      }
    }
    this.touchedCount = count;
  }

  /** The present concept is done: its worth goes to the scores. */
  collect(): void {
    const { values, touched, scores, matched, hits } = this;
    for (let index = 0; index < this.touchedCount; index += 1) {
      const number = touched[index] as number;
      if (matched[number] === 0) hits[this.hitCount++] = number;
      matched[number] = (matched[number] as number) + 1;
      scores[number] = (scores[number] as number) + (values[number] as number);
      values[number] = 0;
    }
    this.touchedCount = 0;
  }

  /** Leaves out what is not allowed (null: all are) and favours entries with many of the concepts. */
  settle(concepts: number, allowed: Uint8Array | null): { scores: Float32Array; hits: Int32Array } {
    const { scores, matched } = this;
    const found = this.inOrder();
    let count = 0;
    for (let index = 0; index < found.length; index += 1) {
      const number = found[index] as number;
      const isAllowed = allowed === null || allowed[number] === 1;
      scores[number] = isAllowed
        ? (scores[number] as number) * (0.5 + (0.5 * (matched[number] as number)) / concepts)
        : 0;
      if (isAllowed) found[count++] = number;
    }
    return { scores, hits: found.subarray(0, count) };
  }

  private inOrder(): Int32Array {
    const { hits, matched } = this;
    if (this.hitCount < matched.length * MANY) return hits.subarray(0, this.hitCount).sort();
    let count = 0;
    for (let number = 0; number < matched.length; number += 1)
      if (matched[number] !== 0) hits[count++] = number;
    return hits.subarray(0, count);
  }
}
