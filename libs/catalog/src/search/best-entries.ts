import { scoreAt } from './score-at.js';

/** Room for so many times the wanted entries: what comes too much is thrown out together, not one by one. */
const SPARE = 4;
const LEAST_ROOM = 1024;

interface Scored {
  scores: Float32Array;
  matched: Uint8Array;
}

/** The best of many entries that come in the order of their numbers; among equals the first are better. */
export class BestEntries {
  private readonly numbers: Int32Array;
  private readonly scores: Float32Array;
  private count = 0;
  /** What is worth no more has so many better ones that it is none of the best. */
  private floor = 0;

  /**
   * @param wanted how many are to be known
   * @param most how many may come
   */
  constructor(
    private readonly wanted: number,
    most: number,
  ) {
    const room = Math.max(Math.min(SPARE * wanted, most), LEAST_ROOM);
    this.numbers = new Int32Array(room);
    this.scores = new Float32Array(room);
  }

  /**
   * Takes in every entry with a score. The one condition of the loop nearly always holds: one on what is a hit would be guessed
   * wrongly as often as not, at several times the cost of the rest.
   *
   * @param scores by entry number, 0 for what is no hit
   * @param factors what a score counts for, by what `matched` says of the entry
   */
  takeIn({ scores, matched }: Scored, factors: Float64Array): void {
    const { numbers, scores: kept } = this;
    let { floor, count } = this;
    for (let number = 0; number < scores.length; number += 1) {
      const score = (scores[number] as number) * (factors[matched[number] as number] as number);
      if (score <= floor) continue;
      numbers[count] = number;
      kept[count] = score;
      count += 1;
      if (count < kept.length) continue;
      this.count = count;
      this.throwOut();
      ({ floor, count } = this);
    }
    this.count = count;
  }

  /** A slice of the best, the best first. */
  slice(offset: number, limit: number): number[] {
    const scores = this.scores.subarray(0, this.count);
    if (offset >= scores.length) return [];
    const first = scoreAt(scores, offset);
    const last = scoreAt(scores, Math.min(offset + limit, scores.length) - 1);
    const places: { number: number; score: number }[] = [];
    let [skipped, lowest] = [0, 0];
    for (let index = 0; index < scores.length; index += 1) {
      const score = scores[index] as number;
      if (score > first.score || score < last.score) continue;
      if (score === last.score && lowest++ > last.equalsBefore) continue;
      if (score === first.score && skipped++ < first.equalsBefore) continue;
      places.push({ number: this.numbers[index] as number, score });
    }
    return places.sort((one, other) => other.score - one.score).map(({ number }) => number);
  }

  private throwOut(): void {
    if (this.count <= this.wanted) return;
    const { numbers, scores } = this;
    const { score: least, equalsBefore } = scoreAt(scores.subarray(0, this.count), this.wanted - 1);
    let [kept, equals] = [0, 0];
    for (let index = 0; index < this.count; index += 1) {
      const score = scores[index] as number;
      if (score < least || (score === least && equals++ > equalsBefore)) continue;
      numbers[kept] = numbers[index] as number;
      scores[kept++] = score;
    }
    this.count = kept;
    this.floor = least;
  }
}
