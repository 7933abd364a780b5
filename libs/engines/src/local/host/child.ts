import { AppError } from '#libs/errors';
import type { LocalModel, LocalModelTools } from '../local-model.js';
import { type HostMessage, packError, packOutput, type ProcessMessage } from './messages.js';
import { loadModel } from './model-loaders.js';
import { exitWithParent } from './parent-watch.js';
import { SessionCache } from './session-cache.js';

/** Loaded models that one process keeps between runs. */
const KEPT_SESSIONS = 3;

type RunMessage = Extract<HostMessage, { type: 'run' }>;

/** The engine process: runs one job at a time for the engine that forked it. */
class EngineChild {
  readonly #sessions = new SessionCache(KEPT_SESSIONS);
  #abort: AbortController | undefined;

  receive(message: HostMessage): void {
    if (message.type === 'abort') this.#abort?.abort(new AppError('cancelled'));
    else void this.#run(message);
  }

  async #run(message: RunMessage): Promise<void> {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      const model = await this.#load(message.model);
      const output = await model.run(message.job, this.#tools(message, signal));
      await this.#settle({ type: 'done', output: packOutput(output) as Record<string, unknown> });
    } catch (error) {
      await this.#settle({ type: 'failed', error: packError(signal.aborted ? signal.reason : error) });
    }
  }

  /** Gives back what the run used before telling that it is over: the process is then measured at rest. */
  async #settle(message: ProcessMessage): Promise<void> {
    await this.#sessions.trim();
    globalThis.gc?.();
    send(message);
  }

  async #load(model: RunMessage['model']): Promise<LocalModel> {
    if ('alias' in model) return loadModel(model.alias);
    const module = (await import(model.moduleUrl)) as { model: LocalModel };
    return module.model;
  }

  #tools({ settings }: RunMessage, signal: AbortSignal): LocalModelTools {
    return {
      signal,
      ffmpegPath: settings.ffmpegPath,
      progress: (percent, step) => send({ type: 'progress', percent, step }),
      log: (line) => send({ type: 'log', line }),
      session: (name, load) => this.#sessions.get(name, load),
    };
  }
}

function send(message: ProcessMessage): void {
  // Fails only when the parent is gone, and then `exitWithParent` acts.
  if (process.connected) process.send?.(message);
}

exitWithParent();
const child = new EngineChild();
process.on('message', (message) => child.receive(message as HostMessage));
