import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessInfo {
  pid: number;
  parent: number;
  /** Command line, arguments joined by spaces. */
  command: string;
}

/** Every process of this machine, read from `/proc` (Linux): `ps` is not on every bare machine. */
export function allProcesses(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // The name in parentheses may hold spaces and parentheses itself, so count from the last one.
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state === 'Z') return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), parent: Number(parent), command }];
      } catch {
        return [];
      }
    });
}

/** The processes below `pid`, itself excluded. */
export function descendants(pid: number): ProcessInfo[] {
  const all = allProcesses();
  const below = (parent: number): ProcessInfo[] =>
    all.filter((row) => row.parent === parent).flatMap((row) => [row, ...below(row.pid)]);
  return below(pid);
}

export const isAlive = (pid: number): boolean => allProcesses().some((row) => row.pid === pid);
