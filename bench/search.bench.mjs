import { runProgram } from './support/processes.mjs';
import { milliseconds, times } from './support/rounds.mjs';
import { median, percentile, spread } from './support/statistics.mjs';

const MOST_AT_P95 = 8;
const MEGABYTE = 1024 * 1024;

export const title = 'Search and lists, by the size of the catalogue';

/** `search` and `list_models`, beside the look-up of one entry by its endpoint. */
export async function run({ database, log }) {
  const { sizes } = await runProgram('search.mjs', [], database.environment);
  let before = 0;
  for (const { rows, importMs, index } of sizes) {
    const per = (importMs / (rows - before)) * 1_000;
    before = rows;
    log(
      `${rows.toLocaleString('en')} entries: written with ${per.toFixed(0)} ms per 1,000; index ` +
        `${(index.postings / MEGABYTE).toFixed(1)} MiB in ${index.rows} rows, words ${(index.words / MEGABYTE).toFixed(1)} MiB, ` +
        `entries ${(index.entries / MEGABYTE).toFixed(1)} MiB`,
    );
  }
  return sizes.flatMap(({ rows, asked }) =>
    Object.entries(asked).flatMap(([name, rounds]) =>
      [0.5, 0.95].map((share) => {
        const at = (side) => rounds.map((round) => percentile(round[side], share));
        const ratios = rounds.map((round) => percentile(round.ours, share) / percentile(round.bare, share));
        return {
          what: `${name}, ${rows.toLocaleString('en')} entries, p${share * 100}`,
          ours: milliseconds(median(at('ours'))),
          baseline: 'one entry by its endpoint',
          theirs: milliseconds(median(at('bare'))),
          ratio: times(median(ratios)),
          spread: spread(ratios, times),
          ...(share === 0.95 && {
            target: `≤ ${times(MOST_AT_P95)}`,
            reached: median(ratios) <= MOST_AT_P95,
          }),
        };
      }),
    ),
  );
}
