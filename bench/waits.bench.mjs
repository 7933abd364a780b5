import { runProgram } from './support/processes.mjs';

const MOST_KILOBYTES = 40;

export const title = 'Many waits in one process';

const kilobytes = (bytes) => `${(bytes / 1_024).toFixed(1)} KiB`;
const perSecond = (value) => `${value.toFixed(1)}/s`;

/** What waits cost that wait for nothing to happen. */
export async function run({ database }) {
  const { one, crowds } = await runProgram('waits.mjs', [], database.environment);
  return crowds.flatMap(({ count, heap, rss, patient, usual, wakeMs }) => [
    memory(`${count} waits, heap per wait`, heap / count),
    memory(`${count} waits, RSS per wait`, rss / count),
    {
      what: `${count} waits, statements, the re-read far off`,
      ours: perSecond(patient),
      baseline: '1 wait',
      theirs: perSecond(one.patient),
      target: 'as many',
      reached: patient <= one.patient,
    },
    {
      what: `${count} waits, statements, re-read every 2 s`,
      ours: perSecond(usual),
      baseline: '1 wait',
      theirs: perSecond(one.usual),
      // One re-read each in two seconds, and the queue's order at most twice a second.
      target: `≤ ${perSecond(count / 2 + 4)} more`,
      reached: usual <= one.usual + 1.05 * (count / 2) + 4,
    },
    ...(wakeMs === null
      ? []
      : [
          {
            what: `${count} waits, all woken at once, until the last has answered`,
            ours: `${wakeMs.toFixed(0)} ms`,
          },
        ]),
  ]);
}

function memory(what, bytes) {
  const most = MOST_KILOBYTES * 1_024;
  return { what, ours: kilobytes(bytes), target: `≤ ${kilobytes(most)}`, reached: bytes <= most };
}
