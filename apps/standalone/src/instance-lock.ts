import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, processIdentity } from './process-table.js';

/**
 * Marks a folder as in use by this process. A lock whose owner is gone (SIGKILL, power cut) is taken over; the
 * owner's start time is kept too, because a process id comes round again.
 * @returns a function that gives the lock back, or undefined when another live process holds it
 */
export async function takeInstanceLock(file: string): Promise<(() => void) | undefined> {
  const mine = `${process.pid} ${processIdentity(process.pid) ?? ''}\n`;
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      writeFileSync(file, mine, { flag: 'wx', mode: 0o644 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isHeld(read(file), mine)) return undefined;
      rmSync(file, { force: true });
      continue;
    }
    // Two processes may both have found the same stale lock; the later writer wins, the other one sees it here.
    if (attempt > 0) await sleep(50);
    if (read(file) !== mine) return undefined;
    return () => {
      if (read(file) === mine) rmSync(file, { force: true });
    };
  }
  return undefined;
}

/** A lock with this process's own id and start time is one that this very process took before: held. */
function isHeld(content: string, mine: string): boolean {
  if (content === mine) return true;
  const [pid = '', identity = ''] = content.trim().split(/ (.*)/s);
  const owner = Number(pid);
  return (
    Number.isInteger(owner) && owner > 0 && isAlive(owner) && (processIdentity(owner) ?? '') === identity
  );
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
