import { seededRandom } from '../../test/search/generate-catalog.mjs';
import { BestEntries } from './best-entries.js';

const SIZE = 20_000;
const factors = Float64Array.of(1, 0.5, 0.75, 1);

/** Scores as of a search: few different ones, so that thousands are equal, or nearly all different. */
function someScores(different: number, share: number) {
  const random = seededRandom(different);
  const scores = new Float32Array(SIZE);
  const matched = new Uint8Array(SIZE);
  for (let number = 0; number < SIZE; number += 1) {
    if (random() > share) continue;
    scores[number] = (1 + Math.floor(random() * different)) / 7;
    matched[number] = 1 + Math.floor(random() * 3);
  }
  return { scores, matched };
}

function inOrder({ scores, matched }: ReturnType<typeof someScores>): number[] {
  const worths = Float32Array.from(scores, (score, at) => score * (factors[matched[at] as number] as number));
  const worthOf = (number: number) => worths[number] as number;
  return [...worths.keys()]
    .filter((number) => worthOf(number) > 0)
    .sort((one, other) => worthOf(other) - worthOf(one) || one - other);
}

it.each([
  [1, 0.9],
  [3, 0.7],
  [1_000, 0.3],
  [1_000_000, 1],
  [5, 0.001],
  [5, 0],
])('gives any slice of the whole order, with %i different scores of %d of all', (different, share) => {
  const given = someScores(different, share);
  const expected = inOrder(given);
  for (const [offset, limit] of [
    [0, 1],
    [0, 300],
    [200, 110],
    [4_990, 20],
    [Math.max(expected.length - 5, 0), 10],
    [expected.length, 10],
    [0, SIZE],
  ] as const) {
    const best = new BestEntries(offset + limit, SIZE);
    best.takeIn(given, factors);
    expect(best.slice(offset, limit)).toEqual(expected.slice(offset, offset + limit));
  }
});

it('keeps the first of equals and the last of what gets better and better', () => {
  const scores = Float32Array.from({ length: SIZE }, (_, number) => Math.floor(number / 100) + 1);
  const best = new BestEntries(150, SIZE);
  best.takeIn({ scores, matched: new Uint8Array(SIZE) }, factors);
  const first = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);
  expect(best.slice(0, 150)).toEqual([...first(19_900, 100), ...first(19_800, 50)]);
});
