import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { StartError } from '../start-error.js';
import { isAlive, signal, waitForExit } from '../process-table.js';

/** What a running server says about itself in `postmaster.pid` (lines 1, 4 and 8). */
export interface Postmaster {
  pid: number;
  port: number;
  ready: boolean;
}

/** @returns undefined when there is no such file, or it is not written to its end yet */
export function readPostmasterFile(dataFolder: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const pid = Math.abs(Number(lines[0]));
  if (!Number.isInteger(pid) || pid === 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), ready: lines[7]?.trim() === 'ready' };
}

/** True when the process that the file names lives and is this folder's server, not a later bearer of its id. */
export function isRunning({ pid }: Postmaster, dataFolder: string): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataFolder);
    } catch {
      // Not ours to look at, or gone: either way no server that this user could have started.
      return false;
    }
  }
  try {
    return execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).includes('postgres');
  } catch {
    return false;
  }
}

/**
 * Stops the server that an earlier start left behind when it was killed, and clears a file that a power cut left.
 * Stopping is the quick way (PostgreSQL's "fast shutdown", about 50 ms), then the hard one.
 */
export async function stopLeftover(dataFolder: string, log: (line: string) => void): Promise<void> {
  const postmaster = readPostmasterFile(dataFolder);
  if (postmaster === undefined) return;
  if (isRunning(postmaster, dataFolder)) {
    log('Stopping the PostgreSQL that an earlier start left behind…');
    for (const name of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      signal(postmaster.pid, name);
      if (await waitForExit(postmaster.pid, 5_000)) break;
    }
    if (isRunning(postmaster, dataFolder)) {
      throw new StartError(
        `The PostgreSQL process ${postmaster.pid} of an earlier start does not end. Stop it first.`,
      );
    }
  }
  // Left there, PostgreSQL would refuse to start if another program now bears the id in it.
  rmSync(join(dataFolder, 'postmaster.pid'), { force: true });
}
