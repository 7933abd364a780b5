import { type ChildProcess, fork } from 'node:child_process';
import { AppError } from '#libs/errors';
import type { EngineCallbacks } from '../../engine.port.js';
import { type HostMessage, type ProcessMessage, unpackError, unpackOutput } from './messages.js';
import { endProcessGroup } from './parent-watch.js';
import { residentBytes, SAMPLE_INTERVAL_MS } from './process-memory.js';

/** How long a model may take to stop by itself after an abort, in milliseconds. */
const ABORT_GRACE_MS = 5_000;
const STDERR_TAIL = 4_000;
const MEBIBYTE = 1024 * 1024;

export interface ProcessLimits {
  memoryMegabytes: number;
  timeoutSeconds: number;
}

type RunMessage = Extract<HostMessage, { type: 'run' }>;

interface CurrentRun {
  callbacks: EngineCallbacks;
  resolve(output: Record<string, unknown>): void;
  reject(error: AppError): void;
}

/** One engine process, seen from the outside: runs one job at a time and is killed when a job oversteps. */
export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #run: CurrentRun | undefined;
  /** Why we killed it; without a reason it ended by itself. */
  #verdict: AppError | undefined;
  #stderr = '';
  #peakBytes = 0;

  constructor(
    entry: string,
    private readonly limits: ProcessLimits,
  ) {
    this.#child = fork(entry, {
      // A group of its own, so that one kill also ends the programs it started.
      detached: process.platform !== 'win32',
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: ['--expose-gc', `--max-old-space-size=${Math.floor(limits.memoryMegabytes * 0.75)}`],
      // No secrets of the server. The two settings make glibc give freed memory back to the system.
      env: { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' },
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    this.#child.on('message', (message) => this.#receive(message as ProcessMessage));
    // A failed fork or a broken channel: the exit that follows settles the run.
    this.#child.on('error', (error) => (this.#stderr += error.message));
    this.#exited = new Promise((resolve) => {
      const ended = (code: number | null, signal: NodeJS.Signals | null) => {
        this.#end(code, signal);
        resolve();
      };
      this.#child.once('close', ended);
      this.#child.once('error', () => this.#child.pid === undefined && ended(null, null));
    });
  }

  get alive(): boolean {
    return (
      this.#child.pid !== undefined &&
      this.#child.exitCode === null &&
      this.#child.signalCode === null &&
      !this.#verdict
    );
  }

  /** Runs one job within the limits. Settles only when the job no longer runs, killed or not. */
  async run(message: RunMessage, callbacks: EngineCallbacks): Promise<Record<string, unknown>> {
    callbacks.signal.throwIfAborted();
    const { timeoutSeconds } = this.limits;
    const timeout = setTimeout(() => {
      this.kill(
        new AppError('engine_timeout', `The model took longer than ${timeoutSeconds} s and was stopped.`),
      );
    }, timeoutSeconds * 1000);
    const sampler = setInterval(() => void this.#watchMemory(), SAMPLE_INTERVAL_MS);
    let grace: NodeJS.Timeout | undefined;
    const abort = () => {
      this.#send({ type: 'abort' });
      grace = setTimeout(() => this.kill(new AppError('cancelled')), ABORT_GRACE_MS);
    };
    callbacks.signal.addEventListener('abort', abort, { once: true });
    this.#peakBytes = 0;
    void this.#watchMemory();
    try {
      return await new Promise((resolve, reject) => {
        this.#run = { callbacks, resolve, reject };
        if (this.alive) this.#send(message);
        else reject(this.#verdict ?? new AppError('engine_crashed'));
      });
    } finally {
      this.#run = undefined;
      clearTimeout(timeout);
      clearTimeout(grace);
      clearInterval(sampler);
      callbacks.signal.removeEventListener('abort', abort);
      callbacks.onLog(`The engine process used at most ${Math.round(this.#peakBytes / MEBIBYTE)} MiB.`);
    }
  }

  /** True when the process, at rest, leaves the next run too little of its memory. */
  async isSwollen(): Promise<boolean> {
    const bytes = await this.#sample();
    return bytes === undefined || bytes > (this.limits.memoryMegabytes * MEBIBYTE) / 2;
  }

  /** Ends the process at once, and the run in it with the given reason. */
  kill(reason: AppError): void {
    this.#verdict ??= reason;
    if (this.#child.pid !== undefined) endProcessGroup(this.#child.pid);
  }

  async close(): Promise<void> {
    this.kill(new AppError('unavailable', 'The server is shutting down.'));
    await this.#exited;
  }

  #send(message: HostMessage): void {
    // A closed channel means that the process is ending; its exit settles the run.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #receive(message: ProcessMessage): void {
    const run = this.#run;
    if (!run || this.#verdict) return;
    if (message.type === 'progress')
      run.callbacks.onProgress({ percent: message.percent, step: message.step });
    else if (message.type === 'log') run.callbacks.onLog(message.line);
    else if (message.type === 'done') run.resolve(unpackOutput(message.output) as Record<string, unknown>);
    else run.reject(unpackError(message.error));
  }

  #end(code: number | null, signal: NodeJS.Signals | null): void {
    // What it started may still run when it ended by itself.
    if (this.#child.pid !== undefined) endProcessGroup(this.#child.pid);
    this.#run?.reject(this.#verdict ?? this.#diagnose(code, signal));
  }

  #diagnose(code: number | null, signal: NodeJS.Signals | null): AppError {
    const cause = `exit code ${code}, signal ${signal}\n${this.#stderr}`;
    const heapExhausted = this.#stderr.includes('heap out of memory');
    return new AppError(heapExhausted ? 'engine_out_of_memory' : 'engine_crashed', undefined, {}, { cause });
  }

  async #watchMemory(): Promise<void> {
    const bytes = await this.#sample();
    const { memoryMegabytes } = this.limits;
    if (bytes === undefined || bytes <= memoryMegabytes * MEBIBYTE || !this.#run) return;
    const message = `The model needed more than the ${memoryMegabytes} MiB it may use and was stopped.`;
    this.kill(new AppError('engine_out_of_memory', message));
  }

  async #sample(): Promise<number | undefined> {
    const bytes = this.#child.pid === undefined ? undefined : await residentBytes(this.#child.pid);
    this.#peakBytes = Math.max(this.#peakBytes, bytes ?? 0);
    return bytes;
  }
}
