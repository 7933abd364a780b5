import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#libs/errors';

/** A model for tests of the engine host: does what its input says. Runs in a real engine process. */
export const model = {
  async run({ input, files, workDir }, tools) {
    await behaviours[input.do]?.(tools, input);
    const environment = Object.keys(process.env).filter((name) => !/^(NODE|MALLOC)_/.test(name));
    return { pid: process.pid, workDir, environment, files: [...files.keys()] };
  },
};

const behaviours = {
  report(tools) {
    tools.progress(50, 'half-way');
    tools.log('a line');
  },
  crash: () => process.abort(),
  exit: () => process.exit(3),
  throw: () => {
    throw new Error('secret detail');
  },
  refuse: () => {
    throw new AppError('invalid_input', 'The text is too short.');
  },
  block(tools) {
    tools.log(`pid ${process.pid}`);
    for (;;);
  },
  async hogBuffers() {
    const kept = [];
    for (;;) {
      kept.push(Buffer.alloc(8 * 1024 * 1024, 1));
      await sleep(5);
    }
  },
  hogHeap() {
    const kept = [];
    for (;;) kept.push({ text: 'x'.repeat(10) + kept.length, more: [1, 2, 3] });
  },
  async listen(tools) {
    tools.log(`pid ${process.pid}`);
    await sleep(60_000, undefined, { signal: tools.signal });
  },
  async deaf(tools) {
    tools.log(`pid ${process.pid}`);
    await sleep(60_000);
  },
  async spawn(tools) {
    const program = spawn('sleep', ['60']);
    tools.log(`pid ${program.pid}`);
    await sleep(60_000);
  },
};
