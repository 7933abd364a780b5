import type { StorageCheckService } from '#libs/files';
import type { Command } from './command-line.js';
import type { CommandResult } from './command-result.js';

type Check = Awaited<ReturnType<StorageCheckService['run']>>;

const WORDS: Record<Check['outcome'], string> = {
  RUNNING: 'runs',
  CLEAN: 'nothing is wrong',
  FOUND: 'found what --repair puts right',
  REPAIRED: 'put right',
  HELD: 'so much is wrong that nothing was changed: is the right storage there? --repair --force goes on',
  FAILED: 'did not come to an end',
};

/** `storage check`: rows against bytes, both ways. How far it is goes to standard error. */
export async function runCheckCommand(
  checks: StorageCheckService,
  { flags }: Command,
): Promise<CommandResult> {
  const [before] = await checks.latest(1);
  const check = await checks.run({
    repair: flags.repair || flags.force,
    force: flags.force,
    onProgress: showProgress,
  });
  if (process.stderr.isTTY) process.stderr.write('\n');
  return {
    rows: [check],
    lines: [
      ...(before ? [`the check before, ${before.startedAt.toISOString()}: ${WORDS[before.outcome]}`] : []),
      ...linesOf(check),
    ],
  };
}

function linesOf({ outcome, report }: Check): string[] {
  const { rows, objects, bytes, missing, wrongSize, orphan, elsewhere, repaired, examples } = report;
  return [
    `${rows} files and parts in the database, ${objects} in the storage (${bytes} bytes)`,
    `${missing} without bytes, ${wrongSize} with other bytes, ${orphan} bytes without a file; ${repaired} put right`,
    ...(elsewhere > 0
      ? [`at least ${elsewhere} of those without bytes are in the other storage: storage move brings them`]
      : []),
    ...examples.map(
      ({ fault, storageKey, expected, found }) =>
        `  ${fault} ${storageKey}: ${expected ?? 'no'} bytes expected, ${found ?? 'none'} found`,
    ),
    `${outcome}: ${WORDS[outcome]}`,
  ];
}

/** A bar for people; programs that read standard error are spared it. */
function showProgress(done: number, total: number): void {
  if (!process.stderr.isTTY) return;
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const bar = '█'.repeat(Math.round(share * 30)).padEnd(30, '░');
  process.stderr.write(`\r${bar} ${Math.round(share * 100)} % of ${total}`);
}
