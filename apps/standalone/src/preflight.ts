import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, isIPv6 } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from './start-error.js';

/** Long enough for the api of a start that was just killed to notice and let the port go. */
const PORT_PATIENCE_MS = 1_000;
const HEALTH_PATIENCE_MS = 1_000;

/**
 * Checks, before anything is started, that the HTTP server will be able to listen.
 * @throws StartError that says what to do
 */
export async function checkPort(host: string, port: number): Promise<void> {
  const deadline = performance.now() + PORT_PATIENCE_MS;
  for (;;) {
    const code = await tryToListen(host, port);
    if (code === undefined) return;
    if (code === 'EADDRINUSE' && performance.now() < deadline) {
      await sleep(100);
      continue;
    }
    throw new StartError(await whyNotListening(code, host, port));
  }
}

/** @returns the error's code, or undefined when it works */
function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

async function whyNotListening(code: string, host: string, port: number): Promise<string> {
  if (code === 'EADDRINUSE') {
    return (await isModelRunner(host, port))
      ? `Port ${port} is taken by another ModelRunner. Stop it, or set PORT to another port and DATA_DIR to another folder.`
      : `Port ${port} is taken by another program. Stop it or set PORT to another port.`;
  }
  if (code === 'EACCES') return `This user may not listen on port ${port}. Set PORT to one above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `HOST=${host} is no address of this machine. Set it to 127.0.0.1, or to 0.0.0.0 for all interfaces.`;
  }
  return `The server cannot listen on ${host}:${port} (${code}). Set HOST and PORT to what it may use.`;
}

/** Asks whoever listens there; a program that is silent is not waited for. */
async function isModelRunner(host: string, port: number): Promise<boolean> {
  // What listens on all interfaces listens on this one too.
  const address = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[host] ?? (isIPv6(host) ? `[${host}]` : host);
  try {
    const signal = AbortSignal.timeout(HEALTH_PATIENCE_MS);
    const answer = await fetch(`http://${address}:${port}/healthz`, { signal, redirect: 'manual' });
    return ((await answer.json()) as { service?: unknown } | null)?.service === 'modelrunner';
  } catch {
    return false;
  }
}

/** Makes the data folder and checks that it can be written. @throws StartError */
export function prepareDataDir(dataDir: string): void {
  const probe = join(dataDir, `.write-test-${process.pid}`);
  try {
    makeFolder(dataDir);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new StartError(
      `The data folder ${dataDir} cannot be written (${reason(error)}). Set DATA_DIR to a folder that this user may write.`,
    );
  }
}

/**
 * Folder by folder: `mkdirSync` with `recursive` tries without end where the system says ENOENT although the parent is
 * there, as /proc does.
 */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** The key of this installation, made on the first start. Uploads and cookies that it signed survive a restart. */
export function ensureSecretKey(dataDir: string): string {
  const file = join(dataDir, 'secret-key');
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new StartError(`${file}: ${reason(error)}.`);
  }
  try {
    const key = readFileSync(file, 'utf8').trim();
    if (key.length >= 32) return key;
    throw new StartError(
      `The secret key in ${file} is damaged. Delete the file; signed links and sessions end.`,
    );
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(`The secret key of this installation cannot be read (${reason(error)}).`);
  }
}

/** Node's messages repeat the path: "EACCES: permission denied, mkdir '/x'" says enough before the comma. */
function reason(error: unknown): string {
  return (error as Error).message.split(', ')[0] ?? String(error);
}
