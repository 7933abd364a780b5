import { Presets, SingleBar } from 'cli-progress';
import { AppError } from '#libs/errors';
import type { MovedFile, StorageMove } from '#libs/files';
import type { Command } from './command-line.js';
import type { CommandResult } from './command-result.js';

const MEBIBYTE = 1024 * 1024;

/** `storage move`: the bar goes to standard error, and only to a terminal. */
export async function runMoveCommand(
  storage: StorageMove,
  { options, flags, json }: Command,
): Promise<CommandResult> {
  const { to } = options;
  if (to !== 'disk' && to !== 's3') throw new AppError('invalid_request', '--to must be disk or s3.');
  const format = '{bar} {percentage}%  {value}/{total} MiB, {files} files, {eta_formatted} left';
  const bar = new SingleBar({ format, stream: process.stderr, hideCursor: true }, Presets.shades_classic);
  const counts = { copied: 0, present: 0, missing: 0, damaged: 0 };
  const problems: MovedFile[] = [];
  let [bytes, files] = [0, 0];
  try {
    await storage.run({
      to,
      deleteSource: flags.delete,
      onStart: (_, total) => {
        if (!json) bar.start(Math.ceil(total / MEBIBYTE), 0, { files });
      },
      onFile: (file) => {
        counts[file.outcome] += 1;
        if (file.outcome === 'missing' || file.outcome === 'damaged') problems.push(file);
        [bytes, files] = [bytes + file.size, files + 1];
        bar.update(Math.ceil(bytes / MEBIBYTE), { files });
      },
    });
  } finally {
    bar.stop();
  }
  const { copied, present, missing, damaged } = counts;
  return {
    rows: [{ to, deletedSource: flags.delete, ...counts, problems }],
    lines: [
      ...problems.map(({ outcome, storageKey, size }) => `${outcome}  ${storageKey}  ${size} bytes`),
      `${copied} copied, ${present} there already, ${missing} missing, ${damaged} damaged.`,
      ...(flags.delete ? [] : [`Nothing was deleted. docs/operations.md says what comes next.`]),
    ],
  };
}
