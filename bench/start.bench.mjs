import { runProgram } from './support/processes.mjs';
import { ratioLine } from './support/rounds.mjs';

const MOST = 1.5;

export const title = 'From the submission to the engine, two processes, an idle worker';

/** How soon a request runs when nothing is in its way. */
export async function run({ database }) {
  const result = await runProgram('start.mjs', [], database.environment);
  const baseline = 'BullMQ, Queue.add → processor';
  return [
    ratioLine('submit → engine starts, p50', baseline, result.rounds, MOST),
    ratioLine('… from the answer to the submission on', baseline, result.afterSubmit),
  ];
}
