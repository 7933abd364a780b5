import { EngineProcess, type ProcessLimits } from './engine-process.js';

export interface PoolOptions extends ProcessLimits {
  /** Built file that engine processes run. */
  childEntry: string;
  /** Warm processes to keep at rest. */
  maxIdle: number;
  /** After this much rest a process is ended. */
  idleSeconds: number;
}

interface Idle {
  process: EngineProcess;
  /** The model that it ran last. */
  model: string;
  expiry: NodeJS.Timeout;
}

/** Engine processes: one for each run at a time, reused while they are warm and healthy. */
export class ProcessPool {
  readonly #busy = new Set<EngineProcess>();
  #idle: Idle[] = [];
  #closed = false;

  constructor(private readonly options: PoolOptions) {}

  /** A process of the caller's own, best one that ran the same model last and so holds it loaded. */
  acquire(model: string): EngineProcess {
    this.#idle = this.#idle.filter((entry) => entry.process.alive || this.#forget(entry));
    const entry = this.#idle.findLast((candidate) => candidate.model === model) ?? this.#idle.at(-1);
    if (entry) this.#remove(entry);
    const process = entry?.process ?? new EngineProcess(this.options.childEntry, this.options);
    this.#busy.add(process);
    return process;
  }

  /** Takes a process back after its run. Ends it when it is dead, swollen or one too many. */
  async release(process: EngineProcess, model: string): Promise<void> {
    const healthy = process.alive && !(await process.isSwollen());
    this.#busy.delete(process);
    if (!healthy || this.#closed || this.#idle.length >= this.options.maxIdle) return process.close();
    const expiry = setTimeout(() => this.#expire(process), this.options.idleSeconds * 1000);
    expiry.unref();
    this.#idle.push({ process, model, expiry });
  }

  async close(): Promise<void> {
    this.#closed = true;
    const processes = [...this.#busy, ...this.#idle.map((entry) => entry.process)];
    for (const entry of this.#idle) clearTimeout(entry.expiry);
    this.#idle = [];
    await Promise.all(processes.map((process) => process.close()));
  }

  #expire(process: EngineProcess): void {
    const entry = this.#idle.find((candidate) => candidate.process === process);
    if (entry) this.#remove(entry);
    void process.close();
  }

  #remove(entry: Idle): void {
    this.#forget(entry);
    this.#idle.splice(this.#idle.indexOf(entry), 1);
  }

  /** @returns false, for use as a filter */
  #forget(entry: Idle): false {
    clearTimeout(entry.expiry);
    return false;
  }
}
