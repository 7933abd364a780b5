import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ROOT } from '../../apps/demo/src/own-server.js';
import { freePort } from './free-port.js';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;

/** One running `apps/api` (or worker), as it ships. */
export interface ApiProcess {
  /** Where this very process listens; the issuer may be another address. */
  url: string;
  pid: number;
  /** Everything that it printed so far. */
  output(): string;
  /** SIGTERM and wait; SIGKILL when told so, or when it does not end. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/**
 * Starts the built api on a database that is migrated already. `PUBLIC_URL` is its own address unless `env` has one.
 * @param execArgv for Node itself, e.g. `['--import', …]`
 */
export async function startApi(
  env: Record<string, string>,
  { port, execArgv = [] }: { port?: number; execArgv?: string[] } = {},
): Promise<ApiProcess> {
  const listensOn = port ?? (await freePort());
  const url = `http://localhost:${listensOn}`;
  return start('api', url, { PUBLIC_URL: url, ...env, PORT: String(listensOn) }, execArgv);
}

/** Starts the built worker beside an api, with the same settings; its `url` is that of its health routes. */
export async function startWorker(env: Record<string, string>): Promise<ApiProcess> {
  const port = await freePort();
  return start('worker', `http://localhost:${port}`, { ...env, WORKER_HEALTH_PORT: String(port) });
}

async function start(
  app: 'api' | 'worker',
  url: string,
  env: Record<string, string>,
  execArgv: string[] = [],
): Promise<ApiProcess> {
  const child = spawn(process.execPath, [...execArgv, join(ROOT, `dist/apps/${app}/src/main.js`)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'development', LOG_LEVEL: 'verbose', ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  const gone = once(child, 'exit');
  const api: ApiProcess = {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await gone;
      clearTimeout(force);
    },
  };
  const deadline = Date.now() + START_LIMIT_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => undefined,
    );
    if (answer?.ok) return api;
    await delay(50);
  }
  await api.stop('SIGKILL');
  throw new Error(`the ${app} did not start:\n${output}`);
}
