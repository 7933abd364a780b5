import { Worker } from 'node:worker_threads';

/** Runs in a thread of its own, so it acts even while the model blocks the main thread for good. */
const WATCHER = `
  const { workerData } = require('node:worker_threads');
  setInterval(() => {
    if (process.ppid === workerData.parent) return;
    try { process.kill(-process.pid, 'SIGKILL'); } catch {}
    process.kill(process.pid, 'SIGKILL');
  }, 1000);
`;

/** Ends this process, and those it started, when its parent is gone: no engine process outlives its worker. */
export function exitWithParent(): void {
  process.once('disconnect', () => {
    endProcessGroup(process.pid);
    process.exit();
  });
  if (process.platform === 'win32') return;
  const watcher = new Worker(WATCHER, {
    eval: true,
    workerData: { parent: process.ppid },
    resourceLimits: { maxOldGenerationSizeMb: 8 },
  });
  watcher.unref();
}

/** Kills a process that leads its own group, with everything it started. */
export function endProcessGroup(pid: number): void {
  try {
    // On Windows there are no groups, and no group leader was made.
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
