import { runProgram } from './support/processes.mjs';
import { ratioLine } from './support/rounds.mjs';

const MOST = 3;

export const title = 'A submission, in process';

/** What it costs to take a request: repeat check, validation, row and queue entry. */
export async function run({ database }) {
  const { rounds, parts } = await runProgram('submit.mjs', [], database.environment);
  return [
    ratioLine('SubmissionService.submit, p50', 'BEGIN, two INSERTs, COMMIT, bare pg', rounds, MOST),
    ratioLine('… of which the queue entry (BullMQ add)', 'the same', parts),
  ];
}
