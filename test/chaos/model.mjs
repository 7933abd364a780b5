import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OutputFile } from '#libs/engines';

/** A model that does its work, or goes wrong in the way that its input names. Runs in a real engine process. */
export const model = {
  async run({ input, workDir }, tools) {
    await wrongs[input.do]?.(tools);
    for (let step = 1; step <= 4; step += 1) {
      await sleep(input.milliseconds / 4, undefined, { signal: tools.signal });
      tools.progress(step * 25, 'working');
    }
    const path = join(workDir, 'result.txt');
    await writeFile(path, `result of ${input.number}`);
    const report = new OutputFile(path, 'text/plain', 'result.txt');
    return input.do === 'broken output' ? { number: 'no number', report } : { number: input.number, report };
  },
};

const wrongs = {
  crash: () => process.abort(),
  hang() {
    for (;;);
  },
  'fill memory': async () => {
    const kept = [];
    for (;;) {
      kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
      await sleep(1);
    }
  },
};
