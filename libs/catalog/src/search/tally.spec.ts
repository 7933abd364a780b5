import { seededRandom } from '../../test/search/generate-catalog.mjs';
import type { Postings } from './postings.js';
import { SETTLED, Tally } from './tally.js';

const SIZE = 4_096;
const ALL = { mask: 0, wanted: 0 };
const next = seededRandom(3);
const random = (below: number) => Math.floor(next() * below);

/** Entry → class (0 to 3), some of all entries. */
const someEntries = () =>
  new Map(Array.from({ length: 600 }, () => [random(SIZE), random(4)] as const).sort(([a], [b]) => a - b));

/** As the index has them: segment, count, then a code for each entry. */
function postingsOf(entries: ReadonlyMap<number, number>): Postings {
  const segments = [0, 1].map((segment) => {
    const codes = [...entries]
      .filter(([number]) => number >> 11 === segment)
      .map(([number, rank]) => (number & 2_047) | (rank << 11));
    return [segment, codes.length, ...codes];
  });
  return Uint16Array.from(segments.flat());
}

it('counts as a plain map would, concept by concept, the best term of each alone', () => {
  const tally = new Tally(SIZE);
  const worths = Float32Array.of(0, 1, 2, 4, 8);
  const expected = new Map<number, { score: number; concepts: number }>();
  for (let concept = 0; concept < 5; concept += 1) {
    const best = new Map<number, number>();
    for (let term = 0; term < 3; term += 1) {
      const entries = someEntries();
      const levels = Uint8Array.from({ length: 4 }, () => 1 + random(4));
      tally.raise({ postings: postingsOf(entries), levels }, ALL);
      for (const [number, rank] of entries)
        best.set(number, Math.max(best.get(number) ?? 0, levels[rank] as number));
    }
    tally.collect(worths);
    for (const [number, level] of best) {
      const { score, concepts } = expected.get(number) ?? { score: 0, concepts: 0 };
      expected.set(number, { score: score + (worths[level] as number), concepts: concepts + 1 });
    }
  }
  const counted = () =>
    new Map(
      [...tally.scores.keys()]
        .filter((number) => tally.matched[number] !== 0)
        .map((number) => [number, { score: tally.scores[number], concepts: tally.matched[number] }]),
    );
  expect(counted()).toEqual(new Map([...expected].sort(([a], [b]) => a - b)));
  expect(tally.hits).toBe(expected.size);

  const kept = [...expected.keys()].filter((number) => number % 3 === 0);
  tally.keepOnly([...kept, [...tally.matched].indexOf(0)]);
  expect([...counted().keys()].sort((a, b) => a - b)).toEqual(kept.sort((a, b) => a - b));
  expect(tally.hits).toBe(kept.length);

  const stranger = [...tally.matched].indexOf(0);
  tally.settle(stranger, 1_000);
  tally.settle(kept[0] as number, 7);
  expect([tally.hits, tally.scores[stranger], tally.matched[stranger]]).toEqual([
    kept.length + 1,
    1_000,
    SETTLED,
  ]);
  expect(tally.scores[kept[0] as number]).toBe(7);

  tally.clear();
  expect([tally.hits, Math.max(...tally.scores), Math.max(...tally.matched)]).toEqual([0, 0, 0]);
});

it('takes only codes of the wanted kind and category', () => {
  const tally = new Tally(SIZE);
  const [model, wrapper] = [5, 6 | (1 << 13)];
  const postings = Uint16Array.of(1, 2, model, wrapper);
  tally.raise({ postings, levels: Uint8Array.of(1, 1, 1, 1) }, { mask: 1 << 13, wanted: 1 << 13 });
  tally.collect(Float32Array.of(0, 2));
  expect([tally.hits, tally.scores[2_048 + 5], tally.scores[2_048 + 6]]).toEqual([1, 0, 2]);
});
