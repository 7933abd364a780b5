import { readFile } from 'node:fs/promises';
import pidusage from 'pidusage';

/** How often the memory of a running process is looked at, in milliseconds. Linux can look for next to nothing. */
export const SAMPLE_INTERVAL_MS = process.platform === 'linux' ? 100 : 500;

/**
 * Resident memory of a process in bytes, with that of the programs it started (ffmpeg) where the system tells.
 * @returns undefined when the process is gone
 */
export async function residentBytes(pid: number): Promise<number | undefined> {
  try {
    if (process.platform !== 'linux') return (await pidusage(pid)).memory;
    return await residentBytesOfTree(pid);
  } catch {
    return undefined;
  }
}

async function residentBytesOfTree(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kibibytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
  const started = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  let total = kibibytes * 1024;
  for (const child of started.split(' ').filter(Boolean)) {
    total += await residentBytesOfTree(Number(child)).catch(() => 0);
  }
  return total;
}
