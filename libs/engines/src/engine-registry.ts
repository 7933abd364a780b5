import { AppError } from '#libs/errors';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Engine } from './engine.port.js';

/** The engines of this server by name. */
@Injectable()
export class EngineRegistry implements OnApplicationShutdown {
  readonly #engines: ReadonlyMap<string, Engine>;

  constructor(engines: readonly Engine[]) {
    this.#engines = new Map(engines.map((engine) => [engine.name, engine]));
    if (this.#engines.size !== engines.length) throw new Error('Two engines have the same name.');
  }

  get all(): readonly Engine[] {
    return [...this.#engines.values()];
  }

  /** @throws AppError `engine_unavailable` */
  get(name: string): Engine {
    const engine = this.#engines.get(name);
    if (!engine)
      throw new AppError('engine_unavailable', `No engine "${name}" is configured on this server.`);
    return engine;
  }

  /** Ends every engine's processes, also when the shutdown was asked for by a signal. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#engines.values()].map(async (engine) => engine.close?.()));
  }
}
