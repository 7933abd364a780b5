import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const ROOT = join(import.meta.dirname, '../..');

/** One run of the built platform, as a person starts it. */
export interface StandaloneRun {
  child: ChildProcess;
  pid: number;
  /** Everything printed so far, standard error included. */
  output(): string;
  /** The line that tells that it is ready. @throws with the output when it ends before */
  ready(): Promise<string>;
  /** @returns the exit code, or the signal that ended it */
  exited(): Promise<number | NodeJS.Signals | null>;
}

export function startStandalone(
  env: Record<string, string>,
  command = [process.execPath, join(ROOT, 'dist/apps/standalone/src/main.js')],
): StandaloneRun {
  const [program = '', ...args] = command;
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_ENV$|TEST_)/.test(name));
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...Object.fromEntries(inherited), LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  // 'close' comes after the last of the output, but only when nothing else holds the pipe any more.
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    child,
    pid: child.pid as number,
    output: () => output,
    ready: async () => {
      for (;;) {
        const line = output.split('\n').find((candidate) => candidate.startsWith('ModelRunner is ready'));
        if (line !== undefined && output.endsWith('\n')) return line;
        if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended:\n${output}`);
        await sleep(50);
      }
    },
    exited: async () => {
      const [code, signal] =
        child.exitCode === null && child.signalCode === null
          ? await ended
          : [child.exitCode, child.signalCode];
      await sleep(50);
      return signal ?? code;
    },
  };
}

/** Waits until something is true. @throws when it is not after `milliseconds` */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  milliseconds = 15_000,
  what: () => string = () => 'the condition did not come true',
): Promise<void> {
  const deadline = performance.now() + milliseconds;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what()} within ${milliseconds} ms`);
    await sleep(50);
  }
}
