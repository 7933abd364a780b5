import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CACHE = join(import.meta.dirname, '../../node_modules/.cache/redis-server');
const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1', 'libatomic1'];

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

/**
 * A Redis of its own, without persistence: a real one from the PATH, else Debian's package, unpacked into a cache
 * folder without being installed.
 *
 * @throws when there is neither
 */
export async function startRedis() {
  const { command, env } = await locate();
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'modelrunner-redis-'));
  let server = await launch(command, env, port, dir);
  const end = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    /** It comes back empty, at the same address. */
    async restart() {
      await end();
      server = await launch(command, env, port, dir);
    },
    async stop() {
      await end();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function launch(command, env, port, dir) {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir];
  const server = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk) => (output += chunk));
  const deadline = Date.now() + 10_000;
  while (!/Ready to accept connections/.test(output)) {
    if (server.exitCode !== null || Date.now() > deadline)
      throw new Error(`redis-server did not start: ${output}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return server;
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
