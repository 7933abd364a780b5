import { median, percentile, spread } from './statistics.mjs';

/** Nanoseconds of the machine's clock, the same for all its processes. */
export const clock = () => process.hrtime.bigint();

export const millisecondsBetween = (from, to) => Number(to - from) / 1e6;

export async function timed(work) {
  const startedAt = clock();
  await work();
  return millisecondsBetween(startedAt, clock());
}

/**
 * The sides take turns call by call, so that whatever else the machine does hits both.
 *
 * @param {Record<string, (call: number) => Promise<number>>} sides what gives the milliseconds of one call
 * @returns {Promise<Record<string, number[]>>} those of every call, by side
 */
export async function takeTurns(sides, calls) {
  const names = Object.keys(sides);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let call = 0; call < calls; call += 1) {
    for (const name of call % 2 === 0 ? names : names.toReversed()) times[name].push(await sides[name](call));
  }
  return times;
}

export const milliseconds = (value) => `${value.toFixed(2)} ms`;
export const times = (value) => `${value.toFixed(2)}×`;

/**
 * The line of a comparison at p50: the ratio is taken in each round.
 *
 * @param {Record<'ours' | 'bare', number[]>[]} rounds milliseconds of the calls
 */
export function ratioLine(what, baseline, rounds, most) {
  const at = (side) => rounds.map((round) => median(round[side]));
  const ratios = rounds.map((round) => median(round.ours) / median(round.bare));
  return {
    what,
    ours: milliseconds(median(at('ours'))),
    baseline,
    theirs: milliseconds(median(at('bare'))),
    ratio: times(median(ratios)),
    spread: spread(ratios, times),
    ...(most !== undefined && { target: `≤ ${times(most)}`, reached: median(ratios) <= most }),
  };
}

/** The line of a comparison at p95: what ours takes more than the other, in each round. */
export function excessLine(what, baseline, rounds, most) {
  const at = (side) => rounds.map((round) => percentile(round[side], 0.95));
  const excess = rounds.map((round) => percentile(round.ours, 0.95) - percentile(round.bare, 0.95));
  return {
    what,
    ours: milliseconds(median(at('ours'))),
    baseline,
    theirs: milliseconds(median(at('bare'))),
    ratio: `+${milliseconds(median(excess))}`,
    spread: spread(excess, milliseconds),
    ...(most !== undefined && { target: `≤ +${milliseconds(most)}`, reached: median(excess) <= most }),
  };
}
