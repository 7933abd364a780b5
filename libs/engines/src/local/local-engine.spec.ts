import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { BUILT_ENGINES, runOn, startLocalEngine } from '../../../../test/support/local-engine.js';
import type { LocalEngine, LocalEngineOptions } from './local-engine.js';

const ROOT = join(import.meta.dirname, '../../../..');
const MODEL = pathToFileURL(join(ROOT, 'test/support/misbehaving-model.mjs')).href;

jest.setTimeout(60_000);

describe('LocalEngine', () => {
  const engines: LocalEngine[] = [];

  afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.close())));

  function startEngine(options: Partial<LocalEngineOptions> = {}) {
    const engine = startLocalEngine({
      memoryMegabytes: 300,
      timeoutSeconds: 30,
      extraModules: { test: MODEL },
      ...options,
    });
    engines.push(engine);
    return engine;
  }

  function run(engine: LocalEngine, behaviour: string, signal?: AbortSignal) {
    const file = { path: '/nowhere', contentType: 'image/png', size: 1, fileName: 'a.png' };
    const job = { input: { do: behaviour }, files: { 'http://x/a': file }, workDir: '/tmp/work' };
    return runOn(engine, 'test', job, signal);
  }

  /** The process id that the model logs, as soon as it does. */
  async function loggedPid({ lines }: { lines: string[] }): Promise<number> {
    for (;;) {
      const pid = lines.map((line) => /^pid (\d+)$/.exec(line)?.[1]).find(Boolean);
      if (pid) return Number(pid);
      await sleep(20);
    }
  }

  async function expectGone(pid: number, withinSeconds: number) {
    const deadline = Date.now() + withinSeconds * 1000;
    while (isAlive(pid) && Date.now() < deadline) await sleep(50);
    expect(isAlive(pid)).toBe(false);
  }

  it('hands the job over, and progress, logs and the output back', async () => {
    const { result, progress, lines } = run(startEngine(), 'report');
    expect(await result).toMatchObject({ workDir: '/tmp/work', files: ['http://x/a'] });
    expect(progress).toEqual([{ percent: 50, step: 'half-way' }]);
    expect(lines[0]).toBe('a line');
    expect(lines.at(-1)).toMatch(/^The engine process used at most [1-9]\d* MiB\.$/);
  });

  it("gives the process none of the server's environment", async () => {
    expect(await run(startEngine(), 'report').result).toMatchObject({ environment: [] });
  });

  it('reuses a warm process, and runs at the same time in processes apart', async () => {
    const engine = startEngine();
    const first = await run(engine, 'report').result;
    expect(await run(engine, 'report').result).toMatchObject({ pid: first['pid'] });
    const both = await Promise.all([run(engine, 'report').result, run(engine, 'report').result]);
    expect(new Set(both.map((output) => output['pid'])).size).toBe(2);
  });

  it('ends a process that had nothing to do for a while', async () => {
    const { pid } = await run(startEngine({ idleSeconds: 0.2 }), 'report').result;
    await expectGone(Number(pid), 5);
  });

  it.each([
    ['crash', 'engine_crashed'],
    ['exit', 'engine_crashed'],
    ['hogHeap', 'engine_out_of_memory'],
    ['hogBuffers', 'engine_out_of_memory'],
  ])('fails a run that ends in %s with %s, and runs the next', async (behaviour, code) => {
    const engine = startEngine();
    await expect(run(engine, behaviour).result).rejects.toMatchObject({ code });
    expect(await run(engine, 'report').result).toHaveProperty('pid');
  });

  it('names the memory that was too little', async () => {
    await expect(run(startEngine(), 'hogBuffers').result).rejects.toThrow(/more than the 300 MiB it may use/);
  });

  it('ends a run at its time limit even when it blocks its process, and runs the next', async () => {
    const engine = startEngine({ timeoutSeconds: 2 });
    await expect(run(engine, 'block').result).rejects.toMatchObject({
      code: 'engine_timeout',
      message: 'The model took longer than 2 s and was stopped.',
    });
    expect(await run(engine, 'report').result).toHaveProperty('pid');
  });

  it('keeps the cause of a failure for the log', async () => {
    await expect(run(startEngine(), 'throw').result).rejects.toMatchObject({
      code: 'engine_failed',
      message: 'The model failed on this input.',
      cause: expect.stringMatching(/^Error: secret detail\n +at .*misbehaving-model/),
    });
  });

  it('passes on what a model says to the caller, and keeps its process', async () => {
    const engine = startEngine();
    const { pid } = await run(engine, 'report').result;
    await expect(run(engine, 'refuse').result).rejects.toMatchObject({
      code: 'invalid_input',
      message: 'The text is too short.',
    });
    expect(await run(engine, 'report').result).toMatchObject({ pid });
  });

  it('asks a run to stop when it is aborted, and keeps the process of one that listens', async () => {
    const engine = startEngine();
    const abort = new AbortController();
    const listening = run(engine, 'listen', abort.signal);
    const pid = await loggedPid(listening);
    abort.abort();
    await expect(listening.result).rejects.toMatchObject({ code: 'cancelled' });
    expect(await run(engine, 'report').result).toMatchObject({ pid });
  });

  it('kills a run that does not stop 5 s after it was aborted', async () => {
    const engine = startEngine();
    const abort = new AbortController();
    const deaf = run(engine, 'deaf', abort.signal);
    const pid = await loggedPid(deaf);
    const started = Date.now();
    abort.abort();
    await expect(deaf.result).rejects.toMatchObject({ code: 'cancelled' });
    expect(Date.now() - started).toBeGreaterThan(4_900);
    expect(isAlive(pid)).toBe(false);
    expect(await run(engine, 'report').result).toHaveProperty('pid');
  });

  it('does not start a run that is already aborted', async () => {
    await expect(run(startEngine(), 'report', AbortSignal.abort()).result).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('ends the programs that a model started, together with the model', async () => {
    const spawning = run(startEngine({ timeoutSeconds: 2 }), 'spawn');
    const pid = await loggedPid(spawning);
    expect(isAlive(pid)).toBe(true);
    await expect(spawning.result).rejects.toMatchObject({ code: 'engine_timeout' });
    await expectGone(pid, 2);
  });

  it('fails what still runs when it is closed, and leaves no process', async () => {
    const engine = startEngine();
    const deaf = run(engine, 'deaf');
    const pid = await loggedPid(deaf);
    const closed = engine.close();
    await expect(deaf.result).rejects.toMatchObject({ code: 'unavailable' });
    await closed;
    expect(isAlive(pid)).toBe(false);
  });

  it.each(['block', 'deaf'])('leaves no process behind when the worker is killed (%s)', async (behaviour) => {
    const script = `
      import { LocalEngine } from ${JSON.stringify(pathToFileURL(join(BUILT_ENGINES, 'local-engine.js')).href)};
      const engine = new LocalEngine({
        memoryMegabytes: 300, timeoutSeconds: 60, maxIdle: 1, extraModules: { test: ${JSON.stringify(MODEL)} },
      });
      const job = { settings: { model: 'test' }, input: { do: ${JSON.stringify(behaviour)} }, files: new Map() };
      const quiet = { signal: new AbortController().signal, onProgress() {} };
      await engine.run(job, { ...quiet, onLog: (line) => console.log(line) });
    `;
    const worker = spawn(process.execPath, ['--input-type=module', '--eval', script], { cwd: ROOT });
    const lines: string[] = [];
    worker.stdout.setEncoding('utf8').on('data', (text: string) => lines.push(...text.trim().split('\n')));
    const pid = await loggedPid({ lines });
    worker.kill('SIGKILL');
    await expectGone(pid, 10);
  });

  it('refuses a model that it does not have', async () => {
    const { result } = runOn(startEngine(), '../../etc', { input: {} });
    await expect(result).rejects.toMatchObject({ code: 'engine_unavailable' });
  });
});

/** A process that ended but was not waited for yet counts as gone. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
