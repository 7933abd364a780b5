import { runProgram } from './support/processes.mjs';
import { milliseconds, times } from './support/rounds.mjs';
import { median, spread } from './support/statistics.mjs';

/** The length of one user's line must not be felt. */
const MOST_GROWTH = 1.5;

export const title = 'A claim, with 100,000 finished requests in the table';

/** What it costs a worker to find the request whose turn it is. */
export async function run({ database }) {
  const lines = await runProgram('claim.mjs', [], database.environment);
  const shortest = (users) => lines.find((line) => line.users === users);
  return lines.map((line) => {
    const { users, queued, rounds } = line;
    const what = `ClaimsRepository.claimNext, ${queued} queued by ${users}, p50`;
    const first = shortest(users);
    if (first === line)
      return { what, ours: milliseconds(median(rounds)), spread: spread(rounds, milliseconds) };
    const ratios = rounds.map((round, index) => round / first.rounds[index]);
    return {
      what,
      ours: milliseconds(median(rounds)),
      baseline: `${first.queued} queued by ${users}`,
      theirs: milliseconds(median(first.rounds)),
      ratio: times(median(ratios)),
      spread: spread(ratios, times),
      target: `≤ ${times(MOST_GROWTH)}`,
      reached: median(ratios) <= MOST_GROWTH,
    };
  });
}
