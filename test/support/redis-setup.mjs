import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import globalSetup from './global-setup.mjs';

const run = promisify(execFile);
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/redis-server');
const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];

/**
 * A real Redis for the suites that run on both stores: `TEST_REDIS_URL`, else a `redis-server` on the PATH, else
 * Debian's package, unpacked into a cache folder without being installed. Where there is none of the three, the suites
 * on Redis say so and do nothing; on CI they fail.
 */
export default async function redisSetup() {
  await globalSetup();
  if (process.env.TEST_REDIS_URL) return;
  try {
    const { command, env } = await locate();
    process.env.TEST_REDIS_URL = await start(command, env);
  } catch (error) {
    console.warn(`There is no Redis here, so nothing is tested on it: ${error.message.trim()}`);
  }
}

async function locate() {
  const onPath = await run('redis-server', ['--version']).then(
    () => true,
    () => false,
  );
  if (onPath) return { command: 'redis-server', env: process.env };
  const command = join(CACHE, 'usr/bin/redis-server');
  if (!(await exists(command))) await fetchDebianPackages();
  const libraries = await readdir(join(CACHE, 'usr/lib'));
  const paths = libraries.map((name) => join(CACHE, 'usr/lib', name));
  return { command, env: { ...process.env, LD_LIBRARY_PATH: paths.join(':') } };
}

async function fetchDebianPackages() {
  await mkdir(CACHE, { recursive: true });
  await run('apt-get', ['download', ...PACKAGES], { cwd: CACHE, timeout: 60_000 });
  const files = (await readdir(CACHE)).filter((name) => name.endsWith('.deb'));
  for (const file of files) await run('dpkg-deb', ['-x', file, '.'], { cwd: CACHE, timeout: 60_000 });
}

async function start(command, env) {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'modelrunner-redis-'));
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir];
  const server = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  globalThis.testRedis = async () => {
    server.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  };
  let output = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (output += chunk));
  const deadline = Date.now() + 10_000;
  while (!/Ready to accept connections/.test(output)) {
    if (server.exitCode !== null || Date.now() > deadline)
      throw new Error(`redis-server did not start: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return `redis://127.0.0.1:${port}`;
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

const exists = (path) =>
  stat(path).then(
    () => true,
    () => false,
  );
