import { execFileSync, spawn } from 'node:child_process';
import { POSTGRES_ENVIRONMENT } from './conventions.js';
import type { RunAs } from './run-as.js';

/** SIGINT is PostgreSQL's fast shutdown: sessions are ended, nothing is lost. */
const FAST_SHUTDOWN = 'INT';

/**
 * The command with which PostgreSQL is started so that the kernel stops it when this process dies, however it
 * dies (prctl(2), PR_SET_PDEATHSIG). Without util-linux's setpriv the command itself.
 */
export function dyingWithParent(command: string[]): { command: string[]; guarded: boolean } {
  try {
    execFileSync('setpriv', ['--pdeathsig', FAST_SHUTDOWN, 'true'], {
      env: POSTGRES_ENVIRONMENT,
      stdio: 'ignore',
      timeout: 5_000,
    });
    return { command: ['setpriv', '--pdeathsig', FAST_SHUTDOWN, ...command], guarded: true };
  } catch {
    return { command, guarded: false };
  }
}

/**
 * The same where the kernel offers no such thing (macOS): a shell that waits on a pipe from this process. When this
 * process dies the pipe closes, and the shell stops the server.
 * @returns a function that ends the guard, to call when the server has ended
 */
export function guardByPipe(pid: number, runAs: RunAs): () => void {
  const guard = spawn('/bin/sh', ['-c', `read -r _; kill -${FAST_SHUTDOWN} ${pid}`], {
    ...runAs,
    env: POSTGRES_ENVIRONMENT,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  return () => guard.kill('SIGKILL');
}
