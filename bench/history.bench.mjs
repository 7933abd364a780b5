import { runProgram } from './support/processes.mjs';
import { milliseconds, times } from './support/rounds.mjs';
import { median, spread } from './support/statistics.mjs';

/** A page may cost so much more when there is a thousand times as much. */
const MOST_GROWTH = 3;

export const title = 'A page of the history, by its length';

/** `list_my_requests` of a user who owns everything, and of one with a thousand requests beside it. */
export async function run({ database, log }) {
  const result = await runProgram('history.mjs', [], database.environment);
  for (const { name, plan } of result.plans) log(`${name}: ${plan}`);
  const [least] = result.sizes;
  const lines = result.sizes.flatMap(({ rows, filters }) =>
    Object.entries(filters).map(([name, { page, count }]) => {
      const first = least.filters[name];
      const ratio = median(page) / median(first.page);
      return {
        what: `${name}, ${rows.toLocaleString('en')} rows, p50`,
        ours: milliseconds(median(page) + median(count)),
        baseline: 'the page alone, the count alone',
        theirs: `${milliseconds(median(page))}, ${milliseconds(median(count))}`,
        spread: spread(page, milliseconds),
        ...(rows > least.rows && {
          ratio: `page ${times(ratio)}`,
          ...(!name.includes('last page') && {
            target: `≤ ${times(MOST_GROWTH)}`,
            reached: ratio <= MOST_GROWTH,
          }),
        }),
      };
    }),
  );
  const scans = result.plans.filter(({ plan }) => plan.includes('Seq Scan'));
  return [
    ...lines,
    {
      what: 'filters that read the whole table',
      ours: scans.map(({ name }) => name).join(', ') || 'none',
      target: 'none',
      reached: scans.length === 0,
    },
  ];
}
