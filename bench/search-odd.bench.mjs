import { runProgram } from './support/processes.mjs';
import { milliseconds } from './support/rounds.mjs';
import { median } from './support/statistics.mjs';

const MOST_MS = 50;

export const title = 'How long one search keeps the api from everything else, 100,000 entries';

/** Words that most entries have, and what nobody types on purpose. */
export async function run({ database }) {
  const { asked } = await runProgram('search-odd.mjs', [], database.environment);
  return Object.entries(asked).map(([name, calls]) => {
    const held = calls.map(({ heldMs }) => heldMs);
    return {
      what: `longest hold of the event loop: ${name}`,
      ours: milliseconds(median(held)),
      baseline: 'the whole search',
      theirs: milliseconds(median(calls.map(({ tookMs }) => tookMs))),
      spread: `${milliseconds(Math.min(...held))} – ${milliseconds(Math.max(...held))}`,
      target: `≤ ${milliseconds(MOST_MS)}`,
      reached: median(held) <= MOST_MS,
    };
  });
}
