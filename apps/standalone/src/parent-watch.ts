import { parentOf } from './process-table.js';

/** How often to look. */
const INTERVAL_MS = 500;

/**
 * npm passes SIGINT and SIGTERM on, but when npm itself is killed, the script goes on without it. So under npm (and
 * only there: what a shell started in the background may outlive the shell) a change among the parents means: stop.
 * There may be a shell between npm and this process, hence two generations.
 */
export function whenNpmIsGone(stop: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const ancestors = (): string => `${process.ppid} ${parentOf(process.ppid)}`;
  const before = ancestors();
  const timer = setInterval(() => {
    if (ancestors() === before) return;
    clearInterval(timer);
    stop();
  }, INTERVAL_MS);
  timer.unref();
}
