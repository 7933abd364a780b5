import { runProgram } from './support/processes.mjs';
import { excessLine, ratioLine } from './support/rounds.mjs';

const MOST_MS = 5;

export const title = 'From the end of the engine to the answer of the wait, two processes';

/** How soon people learn that their request is done. */
export async function run({ database }) {
  const { rounds } = await runProgram('wake-up.mjs', [], database.environment);
  const baseline = 'NOTIFY → LISTEN, bare pg';
  const events = rounds.map(({ event, bare }) => ({ ours: event, bare }));
  const overEvent = rounds.map(({ ours, event }) => ({ ours, bare: event }));
  return [
    excessLine('engine done → WaitService.wait answers, p95', baseline, rounds, MOST_MS),
    excessLine('… of which EventBus.publish → subscriber, p95', baseline, events),
    ratioLine('engine done → WaitService.wait answers, p50', 'EventBus.publish → subscriber', overEvent),
  ];
}
