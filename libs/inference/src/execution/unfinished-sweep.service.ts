import { Injectable, Logger } from '@nestjs/common';
import { InferenceQueue } from '../inference-queue.service.js';
import { RequestEvents } from '../request-events.service.js';
import { RequestLifecycleRepository } from '../request-lifecycle.repository.js';
import { SILENT_SECONDS } from './active-runs.service.js';
import { RunOutputs } from './run-outputs.service.js';
import { RunWorkspaces } from './run-workspaces.service.js';

const SWEEP_INTERVAL_MS = 5_000;

/** A queued request is handed over again after so long. While the queue still has it, that changes nothing. */
const REQUEUE_AFTER_SECONDS = 60;

/**
 * Makes the queue follow the table: requests of dead workers, requests that the queue never got, requests that it
 * lost. Every worker sweeps; the rows are locked, so none is handed over twice at once.
 */
@Injectable()
export class UnfinishedSweep {
  private readonly logger = new Logger(UnfinishedSweep.name);
  private timer: NodeJS.Timeout | undefined;
  private sweeping = false;

  constructor(
    private readonly lifecycle: RequestLifecycleRepository,
    private readonly queue: InferenceQueue,
    private readonly events: RequestEvents,
    private readonly outputs: RunOutputs,
    private readonly workspaces: RunWorkspaces,
  ) {}

  async start(): Promise<void> {
    await this.workspaces.removeStale();
    await this.sweep();
    this.timer = setInterval(() => void this.sweep(), SWEEP_INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Never throws: the next one is soon. */
  async sweep(): Promise<void> {
    if (this.sweeping) return;
    this.sweeping = true;
    try {
      await this.reclaimLost();
      await this.queue.enqueue(await this.lifecycle.takeUnqueued(REQUEUE_AFTER_SECONDS));
    } catch (error) {
      this.logger.warn(`sweep: ${(error as Error).message}`);
    } finally {
      this.sweeping = false;
    }
  }

  /**
   * Takes requests from workers that died.
   * @param requestId only this one
   * @returns true when one of them waits for a worker again
   */
  async reclaimLost(requestId: string | null = null): Promise<boolean> {
    const lost = await this.lifecycle.reclaimLost(SILENT_SECONDS, requestId);
    for (const { id, status } of lost) {
      this.logger.warn(`${id} lost its worker and is now ${status}`);
      // A request that is tried again may have been taken already: its next attempt does this, before it stores any.
      if (status === 'FAILED') await this.outputs.discardEarlier(id);
      await this.events.publish(id, { status });
    }
    return lost.some(({ status }) => status === 'IN_QUEUE');
  }
}
