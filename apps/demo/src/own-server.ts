import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Credentials } from './browser-walk.js';

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url)).replace(/dist\/$/, '');
const START_LIMIT_MS = 90_000;
const STOP_LIMIT_MS = 20_000;

export interface OwnServer {
  /** Origin, without a trailing slash. */
  url: string;
  credentials: Credentials;
  dataDir: string;
  process: ChildProcess;
  /** Everything that the server printed so far. */
  output: () => string;
  /** Stops the server and removes its data. */
  stop(): Promise<void>;
}

/** Starts the whole platform (`npm start`) on a free port with a data folder of its own, and waits until it is ready. */
export async function startOwnServer(env: Record<string, string> = {}): Promise<OwnServer> {
  const port = await freePort();
  const dataDir = await mkdtemp(join(tmpdir(), 'modelrunner-'));
  const credentials = { email: 'demo@example.com', password: randomBytes(12).toString('base64url') };
  const child = spawn(process.execPath, [join(ROOT, 'dist/apps/standalone/src/main.js')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: String(port),
      PUBLIC_URL: `http://localhost:${port}`,
      DATA_DIR: dataDir,
      ADMIN_EMAIL: credentials.email,
      ADMIN_PASSWORD: credentials.password,
      DATABASE_URL: '',
      ...env,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  const server: OwnServer = {
    url: `http://localhost:${port}`,
    credentials,
    dataDir,
    process: child,
    output: () => output,
    stop: async () => {
      await stop(child);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  try {
    await ready(server);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

async function ready({ url, process: child, output }: OwnServer): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break;
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    if (answer?.ok) return;
    await delay(100);
  }
  throw new Error(`the server did not start:\n${output()}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await exited;
  clearTimeout(force);
}

/** A TCP port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
