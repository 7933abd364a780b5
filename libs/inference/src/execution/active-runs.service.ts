import { hostname } from 'node:os';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { nanoid } from 'nanoid';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import type { Claim } from '../queueing/claims.repository.js';
import { RequestEvents } from '../request-events.service.js';
import { RequestLifecycleRepository } from '../request-lifecycle.repository.js';

/** How often a running request gives a sign of life. */
const HEARTBEAT_MS = 3_000;

/** Without a sign of life for so long, a request counts as lost and goes to another worker. */
export const SILENT_SECONDS = 10;

/** An engine watches its own limit and says more about it; this one is for those that do not. */
const TIMEOUT_GRACE_MS = 10_000;

/** Why a run was stopped from outside. */
type StopReason =
  /** The worker is shutting down: the request goes back to the queue. */
  | 'shutdown'
  /** The request is not this worker's any more, or was cancelled: nothing may be written. */
  | 'superseded';

/** The signal's reason when a run was stopped, not failed. */
export class RunStopped extends Error {
  constructor(readonly reason: StopReason) {
    super(`the run was stopped: ${reason}`);
    this.name = 'RunStopped';
  }
}

/** The runs of this process: each with its sign of life, its time limit and the signal that ends it. */
@Injectable()
export class ActiveRuns {
  /** Name of this process in the requests that it works on. */
  readonly worker = `${hostname()}:${process.pid}:${nanoid(6)}`;
  private readonly logger = new Logger(ActiveRuns.name);
  private readonly running = new Map<AbortController, Promise<void>>();
  private draining = false;

  constructor(
    private readonly lifecycle: RequestLifecycleRepository,
    private readonly events: RequestEvents,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** False once the worker is shutting down: then nothing new may start. */
  get accepting(): boolean {
    return !this.draining;
  }

  /** Does the work under a heartbeat and a time limit. The signal's reason is a {@link RunStopped} or an AppError. */
  async during(claim: Claim, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    if (this.draining) controller.abort(new RunStopped('shutdown'));
    // The next heartbeat would find out, too; this is sooner. It asks the row: an event is only a hint.
    const unsubscribe = this.events.subscribe(claim.id, ({ status }) => {
      if (status === 'CANCELLED') void this.beat(claim, controller);
    });
    const heartbeat = setInterval(() => void this.beat(claim, controller), HEARTBEAT_MS);
    const limit = this.config.ENGINE_TIMEOUT_SECONDS * 1_000 + TIMEOUT_GRACE_MS;
    const timeout = setTimeout(() => controller.abort(new AppError('engine_timeout')), limit);
    const run = work(controller.signal).finally(() => {
      unsubscribe();
      clearInterval(heartbeat);
      clearTimeout(timeout);
      this.running.delete(controller);
    });
    this.running.set(controller, run);
    await run;
  }

  /** Stops every run, and waits until each has given its request back. */
  async drain(): Promise<void> {
    this.draining = true;
    for (const controller of this.running.keys()) controller.abort(new RunStopped('shutdown'));
    await Promise.allSettled(this.running.values());
  }

  private async beat(claim: Claim, controller: AbortController): Promise<void> {
    try {
      if (!(await this.lifecycle.heartbeat(claim))) controller.abort(new RunStopped('superseded'));
    } catch (error) {
      // The database may be restarting. If it stays away, another worker takes over and the next beat tells.
      this.logger.warn(`no heartbeat for ${claim.id}: ${(error as Error).message}`);
    }
  }
}
