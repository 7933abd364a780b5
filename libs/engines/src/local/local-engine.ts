import { fileURLToPath } from 'node:url';
import { AppError } from '#libs/errors';
import type { Engine, EngineCallbacks, EngineJob } from '../engine.port.js';
import type { JsonSchema, ModelCard } from '../model-card.js';
import { completeInput } from './complete-input.js';
import { localModelCards } from './local-models.js';
import { ProcessPool } from './host/process-pool.js';

export interface LocalEngineOptions {
  /** Memory cap of one engine process. */
  memoryMegabytes: number;
  /** Time limit of one run. */
  timeoutSeconds: number;
  /** ffmpeg to use instead of the packaged one. */
  ffmpegPath?: string;
  /** Warm processes to keep; as many as there are runs at once. */
  maxIdle: number;
  /** Rest after which a warm process is ended. */
  idleSeconds?: number;
  /** The built engine process. Tests that run from source point to the build. */
  childEntry?: string;
  /** Modules outside the product's list, by the alias that runs them: for tests of the host. */
  extraModules?: Readonly<Record<string, string>>;
}

const FIVE_MINUTES = 300;

const cardOf = (alias: unknown): ModelCard | undefined =>
  localModelCards.find((card) => card.alias === alias);

/**
 * Runs the models of this folder on the CPU of this machine, each run in a process of its own: never in the api,
 * never on the worker's event loop, within a memory cap and a time limit.
 */
export class LocalEngine implements Engine {
  readonly name = 'local';
  readonly localFiles = true;
  readonly settingsSchema: JsonSchema = {
    type: 'object',
    properties: { model: { enum: localModelCards.map(({ alias }) => alias) } },
    required: ['model'],
    additionalProperties: false,
  };
  readonly #pool: ProcessPool;

  constructor(private readonly options: LocalEngineOptions) {
    const childEntry = options.childEntry ?? fileURLToPath(new URL('./host/child.js', import.meta.url));
    this.#pool = new ProcessPool({
      ...options,
      childEntry,
      idleSeconds: options.idleSeconds ?? FIVE_MINUTES,
    });
  }

  async run(job: EngineJob, callbacks: EngineCallbacks): Promise<Record<string, unknown>> {
    const alias = job.settings['model'];
    if (typeof alias !== 'string') {
      throw new AppError('engine_unavailable', 'The model names no local model in its engine settings.');
    }
    if (callbacks.signal.aborted) throw new AppError('cancelled');
    const card = cardOf(alias);
    const input = card ? completeInput(card, job.input) : job.input;
    const moduleUrl = this.options.extraModules?.[alias];
    const process = this.#pool.acquire(alias);
    try {
      return await process.run(
        {
          type: 'run',
          model: moduleUrl ? { moduleUrl } : { alias },
          job: { requestId: job.requestId, input, files: job.files, workDir: job.workDir },
          settings: { ffmpegPath: this.options.ffmpegPath },
        },
        callbacks,
      );
    } finally {
      await this.#pool.release(process, alias);
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
