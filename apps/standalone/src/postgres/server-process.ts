import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from '../start-error.js';
import { asSeenFromInside, POSTGRES_ENVIRONMENT } from './conventions.js';
import { dyingWithParent, guardByPipe } from './death-guard.js';
import { readPostmasterFile } from './postmaster-file.js';
import type { RunAs } from './run-as.js';

/** How the server ended. */
export interface PostgresExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** True when `stop` was called. */
  expected: boolean;
  /** The last lines of its log. */
  lastLines: string[];
}

/** A server that accepts connections on the loopback address. */
export interface ServerProcess {
  pid: number;
  port: number;
  exited: Promise<PostgresExit>;
  /** Fast shutdown; at most 3 s, the last step is SIGKILL. */
  stop(): Promise<void>;
}

interface ServerOptions {
  binaries: { folder: string };
  dataFolder: string;
  runAs: RunAs;
  port: number;
}

/** Recovery after a crash replays the log first, which may take a while on a slow disk. */
const READY_TIMEOUT_MS = 60_000;
const KEPT_LINES = 20;

// prettier-ignore
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // api and worker with a pool each, BullMQ with one per queue, and the operator's commands.
  max_connections: 120,
  shared_buffers: '64MB',
  // Background readers pay off on storage with latency, not at this size: three processes fewer.
  io_method: 'sync',
  // The compiler is not part of the package.
  jit: 'off',
  log_min_messages: 'warning',
  log_line_prefix: '',
  cluster_name: 'modelrunner',
};

/** Starts the server and waits until it accepts connections. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { child, lines } = spawnServer(options);
  let stopping = false;
  const exited = new Promise<PostgresExit>((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null) =>
      resolve({ code, signal, expected: stopping, lastLines: lines });
    child.once('error', (error) => {
      lines.push(error.message);
      end(null, null);
    });
    child.once('exit', end);
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    for (const [name, milliseconds] of [
      ['SIGINT', 2_000],
      ['SIGQUIT', 500],
      ['SIGKILL', 500],
    ] as const) {
      child.kill(name);
      if (await Promise.race([exited.then(() => true), sleep(milliseconds, false, { ref: false })])) return;
    }
  };
  const exit = await Promise.race([exited, waitUntilReady(child, options.dataFolder)]);
  if (exit === 'ready') return { pid: child.pid as number, port: options.port, exited, stop };
  if (exit === 'timeout') await stop();
  throw new StartError(`The embedded PostgreSQL did not start: ${lines.join(' | ') || JSON.stringify(exit)}`);
}

function spawnServer({ binaries, dataFolder, runAs, port }: ServerOptions): {
  child: ChildProcess;
  lines: string[];
} {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const server = [
    join(binaries.folder, 'postgres'),
    '-D',
    asSeenFromInside(dataFolder, runAs),
    '-p',
    String(port),
  ];
  const { command, guarded } = dyingWithParent([...server, ...settings]);
  const child = spawn(command[0] as string, command.slice(1), {
    ...runAs,
    env: POSTGRES_ENVIRONMENT,
    cwd: dataFolder,
    // A session of its own: Ctrl-C in a terminal must reach this process alone, which then stops things in order.
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const lines: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lines.push(...text.split('\n').filter((line) => line !== ''));
    lines.splice(0, lines.length - KEPT_LINES);
  });
  if (!guarded && child.pid !== undefined) {
    const endGuard = guardByPipe(child.pid, runAs);
    child.once('exit', endGuard);
  }
  return { child, lines };
}

/** The way of pg_ctl: the server writes "ready" into its own file. */
async function waitUntilReady(child: ChildProcess, dataFolder: string): Promise<'ready' | 'timeout'> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const postmaster = readPostmasterFile(dataFolder);
    if (postmaster?.pid === child.pid && postmaster?.ready) return 'ready';
    await sleep(10, undefined, { ref: false });
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) break;
  }
  // Whoever ended is told so by its exit, which may be heard a moment later than its code is seen.
  await sleep(1_000, undefined, { ref: false });
  return 'timeout';
}

/** A port of the loopback interface that nothing uses now. */
export async function freeLoopbackPort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
