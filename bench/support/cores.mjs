import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Where the load comes from, and the database; and where what is measured runs. */
const LOAD_CORE = 1;
const SERVER_CORE = 0;

/** Whether processes can be kept on a core: `taskset` is part of Linux, and there must be two cores. */
export const pinned = availableParallelism() > 1 && hasTaskset();

function hasTaskset() {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Keeps this process, and all that it starts from now on, on the core for the load. */
export function pinLoad() {
  if (!pinned) return;
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(LOAD_CORE), String(process.pid)], {
    stdio: 'ignore',
  });
}

/** The command that starts a Node program on the core for what is measured. */
export const onServerCore = (args) => onCore(SERVER_CORE, args);

/** The same for the other core: the second process of what is measured, where it takes two. */
export const onLoadCore = (args) => onCore(LOAD_CORE, args);

function onCore(core, args) {
  if (!pinned) return [process.execPath, args];
  return ['taskset', ['--cpu-list', String(core), process.execPath, ...args]];
}
