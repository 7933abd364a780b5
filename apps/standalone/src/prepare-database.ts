import { fork } from 'node:child_process';
import { once } from 'node:events';
import { StartError } from './start-error.js';

/** The administrator that the first start made. */
export interface FirstAdmin {
  email: string;
  /** Unset when it is the one from ADMIN_PASSWORD; null when the identity provider is the only way in. */
  password?: string | null;
}

/**
 * Runs the migrations and the seed in a process of their own, which takes its memory with it when it is done.
 * @param on.start given the means to end the process early
 * @param on.admin told about the administrator that was made just now
 */
export async function prepareDatabase(
  script: string,
  env: NodeJS.ProcessEnv,
  on: { start(kill: () => void): void; admin(admin: FirstAdmin): void },
): Promise<void> {
  const child = fork(script, [], {
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  on.start(() => child.kill('SIGTERM'));
  child.on('message', (message: { type?: string; admin?: FirstAdmin }) => {
    if (message.type === 'admin' && message.admin) on.admin(message.admin);
  });
  await once(child, 'exit').catch(() => undefined);
  if (child.exitCode !== 0) {
    throw new StartError('The database could not be prepared; what is printed above says why.');
  }
}
