import { Presets, SingleBar } from 'cli-progress';
import { AppError } from '#libs/errors';
import type { MovedFile, StorageMove } from '#libs/files';
import type { Command } from './command-line.js';
import type { CommandResult } from './command-result.js';

const MEBIBYTE = 1024 * 1024;

const PROBLEMS: readonly string[] = ['missing', 'damaged', 'failed'];

/** `storage move`: exit code 1 when a file could not be moved. The bar goes to standard error, and only to a terminal. */
export async function runMoveCommand(
  storage: StorageMove,
  { options, flags, json }: Command,
): Promise<CommandResult> {
  const { to } = options;
  if (to !== 'disk' && to !== 's3') throw new AppError('invalid_request', '--to must be disk or s3.');
  const format = '{bar} {percentage}%  {value}/{total} MiB, {files} files, {eta_formatted} left';
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true }, Presets.shades_classic);
  const counts = { copied: 0, present: 0, deleted: 0, missing: 0, damaged: 0, failed: 0 };
  const problems: MovedFile[] = [];
  let [bytes, files] = [0, 0];
  let leftovers: number;
  try {
    leftovers = await storage.run({
      to,
      deleteSource: flags.delete,
      onStart: (_, total) => {
        if (!json) bar.start(Math.ceil(total / MEBIBYTE), 0, { files });
      },
      onFile: (file) => {
        counts[file.outcome] += 1;
        if (PROBLEMS.includes(file.outcome)) problems.push(file);
        [bytes, files] = [bytes + file.size, files + 1];
        bar.update(Math.ceil(bytes / MEBIBYTE), { files });
      },
    });
  } finally {
    bar.stop();
  }
  const { copied, present, deleted, missing, damaged, failed } = counts;
  return {
    rows: [{ to, deletedSource: flags.delete, ...counts, leftovers, problems }],
    lines: [
      ...problems.map(lineOf),
      `${copied} copied, ${present} there already, ${deleted} deleted meanwhile, ${missing} missing, ${damaged} damaged, ${failed} failed.`,
      flags.delete
        ? `${leftovers} things that no file has were deleted.`
        : 'Nothing was deleted. docs/operations.md says what comes next.',
    ],
    exitCode: problems.length > 0 ? 1 : 0,
  };
}

function lineOf({ outcome, storageKey, size, reason }: MovedFile): string {
  return `${outcome}  ${storageKey}  ${size} bytes${reason ? `  ${reason}` : ''}`;
}
