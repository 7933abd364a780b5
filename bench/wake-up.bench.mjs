import { runProgram } from './support/processes.mjs';
import { excessLine } from './support/rounds.mjs';

const MOST_MS = 5;

export const title = 'From the end of the engine to the answer of the wait, two processes';

/** How soon people learn that their request is done. */
export async function run({ database }) {
  const { rounds } = await runProgram('wake-up.mjs', [], database.environment);
  return [
    excessLine('engine done → WaitService.wait answers, p95', 'NOTIFY → LISTEN, bare pg', rounds, MOST_MS),
  ];
}
