import { runProgram } from './support/processes.mjs';
import { ratioLine } from './support/rounds.mjs';

const MOST = 3;

export const title = 'A submission, in process';

/** What it costs to take a request: repeat check, validation and row. It is handed to the workers after the answer. */
export async function run({ database }) {
  const { rounds } = await runProgram('submit.mjs', [], database.environment);
  return [ratioLine('SubmissionService.submit, p50', 'BEGIN, two INSERTs, COMMIT, bare pg', rounds, MOST)];
}
