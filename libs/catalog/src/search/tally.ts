import { HEADER, NUMBER_MASK, SEGMENT_BITS, type CodeFilter, type Postings } from './postings.js';

/** More concepts than this are not counted. */
export const MOST_CONCEPTS = 254;
/** Instead of a number of concepts: the score is as it is to be. */
export const SETTLED = 255;

/** A term of the present concept, as a level for each class of its postings. Levels count from 1, the greater the better. */
export interface LeveledTerm {
  postings: Postings;
  levels: Uint8Array;
}

/**
 * Counts together what entries are worth. A common word has most of the catalogue for postings, so here are plain loops over
 * typed arrays, without conditions on what differs from entry to entry: a processor guesses those wrongly every other time.
 */
export class Tally {
  /** By entry number, 0 for what is no hit. */
  readonly scores: Float32Array;
  /** By entry number, how many concepts it has. */
  readonly matched: Uint8Array;
  /** Entries that have any. */
  hits = 0;
  /** How well entries have the present concept, and which have it. */
  private readonly levels: Uint8Array;
  private readonly touched: Int32Array;
  private touchedCount = 0;

  /** @param size more than the greatest entry number */
  constructor(readonly size: number) {
    this.scores = new Float32Array(size);
    this.matched = new Uint8Array(size);
    this.levels = new Uint8Array(size);
    // One more: what is touched already is written behind the others, and not counted.
    this.touched = new Int32Array(size + 1);
  }

  /** As new, for the next query. */
  clear(): void {
    this.scores.fill(0);
    this.matched.fill(0);
    this.hits = 0;
  }

  /** Entries with the term have at least its level of the present concept. */
  raise({ postings, levels: byClass }: LeveledTerm, { mask, wanted }: CodeFilter): void {
    const { levels, touched } = this;
    let count = this.touchedCount;
    for (let at = 0; at < postings.length;) {
      const first = (postings[at] as number) << SEGMENT_BITS;
      const end = at + HEADER + (postings[at + 1] as number);
      for (at += HEADER; at < end; at += 1) {
        const code = postings[at] as number;
        if ((code & mask) !== wanted) continue;
        const number = first | (code & NUMBER_MASK);
        const level = levels[number] as number;
        touched[count] = number;
        count += isZero(level);
        levels[number] = greater(level, byClass[(code >> SEGMENT_BITS) & 3] as number);
      }
    }
    this.touchedCount = count;
  }

  /** The present concept is done: what its levels are worth goes to the scores. */
  collect(worths: Float32Array): void {
    const { levels, touched, scores, matched } = this;
    for (let index = 0; index < this.touchedCount; index += 1) {
      const number = touched[index] as number;
      const concepts = matched[number] as number;
      this.hits += isZero(concepts);
      matched[number] = concepts + 1;
      scores[number] = (scores[number] as number) + (worths[levels[number] as number] as number);
      levels[number] = 0;
    }
    this.touchedCount = 0;
  }

  /** Everything else is no hit. */
  keepOnly(numbers: Iterable<number>): void {
    const { scores, matched } = this;
    const isKept = new Uint8Array(this.size);
    for (const number of numbers) isKept[number] = 1;
    this.hits = 0;
    for (let number = 0; number < isKept.length; number += 1) {
      scores[number] = (scores[number] as number) * (isKept[number] as number);
      matched[number] = (matched[number] as number) * (isKept[number] as number);
      this.hits += 1 - isZero(matched[number] as number);
    }
  }

  /** Sets what an entry is worth in the end. */
  settle(number: number, score: number): void {
    this.hits += isZero(this.matched[number] as number);
    this.scores[number] = score;
    this.matched[number] = SETTLED;
  }
}

/** Both for numbers from 0 to 255: 1 for 0, else 0. */
const isZero = (number: number): number => (number - 1) >>> 31;
const greater = (one: number, other: number): number => one - ((one - other) & ((one - other) >> 31));
