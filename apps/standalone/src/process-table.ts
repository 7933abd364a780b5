import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** True while a process has this id, whoever owns it. A zombie counts as gone: it does nothing any more. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return procStat(pid)?.state !== 'Z';
}

/**
 * What tells this process from a later one that got the same id: its start time.
 * @returns undefined when there is no such process
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform === 'linux') return procStat(pid)?.startTime;
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      timeout: 5_000,
    }).trim();
  } catch {
    return undefined;
  }
}

/** @returns undefined when there is no such process, or where it cannot be learnt cheaply (other than on Linux) */
export function parentOf(pid: number): number | undefined {
  const stat = procStat(pid);
  return stat && Number(stat.parent);
}

/** Sends a signal to a process that may be gone already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in between, which is what the signal was for.
  }
}

/** Waits until the process is gone. @returns false when it is still there after `milliseconds` */
export async function waitForExit(pid: number, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (isAlive(pid)) {
    if (performance.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** Fields 3, 4 and 22 of proc_pid_stat(5). The command in field 2 may hold spaces and brackets. */
function procStat(pid: number): { state: string; parent: string; startTime: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', parent: fields[1] ?? '', startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
