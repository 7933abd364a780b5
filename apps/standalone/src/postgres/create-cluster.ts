import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { StartError } from '../start-error.js';
import type { PostgresBinaries } from './binaries.js';
import { asSeenFromInside, type ClusterPaths, DATABASE_USER, POSTGRES_ENVIRONMENT } from './conventions.js';
import { giveTo, type RunAs } from './run-as.js';

/**
 * Creates the data folder with `initdb`, in a folder beside the final one that is renamed at the end: a start that
 * is interrupted leaves nothing that a later one would take for a database.
 */
export async function createCluster(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  runAs: RunAs,
  password: string,
): Promise<void> {
  const partial = `${paths.data}.new`;
  const passwordFile = `${paths.passwordFile}.new`;
  const discard = (): void => {
    for (const path of [partial, passwordFile]) rmSync(path, { recursive: true, force: true });
  };
  discard();
  mkdirSync(partial, { mode: 0o700 });
  giveTo(runAs, partial);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  giveTo(runAs, passwordFile);
  const problem = await runInitdb(partial, passwordFile, binaries, runAs);
  if (problem !== undefined) {
    discard();
    throw new StartError(`The embedded database could not be created in ${paths.data}: ${problem}`);
  }
  giveTo({ uid: process.getuid?.(), gid: process.getgid?.() }, passwordFile);
  chmodSync(passwordFile, 0o600);
  renameSync(passwordFile, paths.passwordFile);
  renameSync(partial, paths.data);
  flushInBackground(paths.home);
}

/** initdb would wait for the disk, seconds on a slow one; what it wrote is safe a moment later all the same. */
function flushInBackground(folder: string): void {
  const flush = spawn('sync', ['-f', folder], { env: POSTGRES_ENVIRONMENT, detached: true, stdio: 'ignore' });
  flush.on('error', () => undefined);
  flush.unref();
}

/** @returns what went wrong, or undefined */
async function runInitdb(
  folder: string,
  passwordFile: string,
  binaries: PostgresBinaries,
  runAs: RunAs,
): Promise<string | undefined> {
  // prettier-ignore
  const options = [
    '-D', asSeenFromInside(folder, runAs), '-U', DATABASE_USER, '--pwfile=/dev/stdin', '-A', 'scram-sha-256',
    '--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-sync',
  ];
  // Handed over as standard input: the other user may not be able to walk to the file.
  const standardInput = openSync(passwordFile, 'r');
  try {
    const initdb = spawn(join(binaries.folder, 'initdb'), options, {
      ...runAs,
      env: POSTGRES_ENVIRONMENT,
      cwd: folder,
      // Out of reach of a terminal's Ctrl-C, which this process handles.
      detached: true,
      stdio: [standardInput, 'ignore', 'pipe'],
    });
    const exited = once(initdb, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const [[code, signal], output] = await Promise.all([exited, text(initdb.stderr as Readable)]);
    if (code === 0) return undefined;
    if (output.includes('user does not exist')) {
      return 'PostgreSQL wants to know its user by name, and this one is not in /etc/passwd. Add it there, or set DATABASE_URL.';
    }
    return output.trim() || `initdb ended with ${signal ?? `exit code ${code}`}`;
  } catch (error) {
    return (error as Error).message;
  } finally {
    closeSync(standardInput);
  }
}
