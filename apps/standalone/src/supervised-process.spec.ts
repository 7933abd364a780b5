import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartError } from './start-error.js';
import { SupervisedProcess } from './supervised-process.js';

describe('SupervisedProcess', () => {
  let folder: string;
  const lines: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'modelrunner-supervised-'));
    lines.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function supervise(source: string): SupervisedProcess {
    const script = join(folder, 'script.mjs');
    writeFileSync(script, source);
    return new SupervisedProcess('test', script, { PATH: process.env.PATH }, (line) => lines.push(line));
  }

  it('refuses a first start that ends before it is ready, and does not try again', async () => {
    const child = supervise('process.exit(3)');
    await expect(child.start()).rejects.toBeInstanceOf(StartError);
    expect(lines).toEqual([]);
  });

  it('gives up on a process that ends again and again', async () => {
    const child = supervise(`process.send({ type: 'ready' }, () => process.exit(3))`);
    const failed = once(child, 'failed');
    await child.start();
    expect((await failed)[0]).toMatch(/test process ends again and again \(exit code 3\)/);
    expect(lines).toHaveLength(4);
  }, 30_000);

  it('stops a process that listens, and one that does not', async () => {
    const polite = supervise(
      `process.on('SIGTERM', () => process.exit(0)); process.on('message', () => {}); process.send({ type: 'ready' })`,
    );
    await polite.start();
    await polite.stop();
    expect(lines).toEqual([]);

    const deaf = supervise(
      `process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6); process.send({ type: 'ready' })`,
    );
    await deaf.start();
    const started = performance.now();
    await deaf.stop();
    expect(performance.now() - started).toBeLessThan(9_000);
    expect(lines).toEqual(['The test process did not stop in time and was ended.']);
  }, 30_000);
});
