import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onServerCore } from './cores.mjs';

const SERVERS = join(import.meta.dirname, '../servers');
const START_LIMIT_MS = 60_000;

/** Starts a program of bench/servers on the core for what is measured, and waits until it answers. */
export async function startServer(script, args, environment) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const child = start(script, args, { ...environment, PORT: String(port), PUBLIC_URL: url }, 'inherit');
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await fetch(`${url}/readyz`).catch(() => undefined))?.ok) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${script} did not start`);
    await delay(50);
  }
  return {
    url,
    // `taskset` becomes the program that it starts.
    pid: child.pid,
    /** Microseconds of CPU that its threads used since its start; NaN where the system does not tell (Linux does). */
    async cpuMicros() {
      const tasks = `/proc/${child.pid}/task`;
      const threads = await readdir(tasks).catch(() => []);
      const stats = await Promise.all(threads.map((id) => readFile(join(tasks, id, 'schedstat'), 'utf8')));
      // The first field: nanoseconds on a core.
      return stats.length === 0
        ? NaN
        : stats.reduce((sum, stat) => sum + Number.parseInt(stat, 10), 0) / 1_000;
    },
    /** Bytes of memory that it holds now; NaN where the system does not tell (Linux does). */
    async rssBytes() {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      return Number.parseInt(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? '', 10) * 1_024;
    },
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Runs a program of bench/servers to its end on the core for what is measured; the JSON that it printed. */
export async function runProgram(script, args, environment) {
  const child = start(script, args, environment, 'pipe');
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${script} ended with ${code}:\n${output}`);
  return JSON.parse(output);
}

function start(script, args, environment, stdout) {
  const [command, commandArgs] = onServerCore([join(SERVERS, script), ...args]);
  return spawn(command, commandArgs, {
    env: { ...process.env, ...environment },
    // By the channel it learns that this process is gone, and ends.
    stdio: ['ignore', stdout, 'inherit', 'ipc'],
  });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
