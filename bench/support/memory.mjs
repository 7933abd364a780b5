import { readFileSync } from 'node:fs';

const PAUSE_MS = 10;
const MIB = 1024 * 1024;

/** Resident memory in bytes, seen from outside; NaN where the system does not tell (Linux does). */
function residentBytes(pid) {
  try {
    return 1_024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
  } catch {
    return NaN;
  }
}

/** @returns by how many MiB each of the processes grew at most while `work` went on, and what `work` gave */
export async function growthDuring(pids, work) {
  const before = pids.map(residentBytes);
  const most = [...before];
  const look = () => pids.forEach((pid, index) => (most[index] = Math.max(most[index], residentBytes(pid))));
  const timer = setInterval(look, PAUSE_MS);
  try {
    const result = await work();
    look();
    return { result, grown: most.map((bytes, index) => (bytes - before[index]) / MIB) };
  } finally {
    clearInterval(timer);
  }
}
