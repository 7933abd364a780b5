import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { onLoadCore } from './cores.mjs';

/** Starts a program of bench/servers beside this one, on the other core, and waits until it says that it is ready. */
export async function startPartner(script, args = []) {
  const [command, commandArgs] = onLoadCore([join(import.meta.dirname, '../servers', script), ...args]);
  const child = spawn(command, commandArgs, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${script} ended with ${code}`);
  });
  ended.catch(() => undefined);
  const next = async () => {
    const [message] = await Promise.race([once(child, 'message'), ended]);
    return message;
  };
  await next();
  return { child, next, send: (message) => child.send(message) };
}
