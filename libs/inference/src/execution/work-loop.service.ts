import { Inject, Injectable, Logger } from '@nestjs/common';
import pLimit, { type LimitFunction } from 'p-limit';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { ClaimsRepository } from '../queueing/claims.repository.js';
import { RequestLifecycleRepository } from '../request-lifecycle.repository.js';
import { ActiveRuns } from './active-runs.service.js';
import { ExecuteService } from './execute.service.js';
import { UnfinishedSweep } from './unfinished-sweep.service.js';

/**
 * Runs requests one after the other, in as many places as the process has, for as long as there is one whose turn it
 * is. Events and entries of the queue only say that there is work; the table says which.
 */
@Injectable()
export class WorkLoop {
  private readonly logger = new Logger(WorkLoop.name);
  private readonly places: LimitFunction;
  /** Makes each hold one of its kind, also when a crash of the database takes a claim back. */
  private claimed = 0;
  /** What runs because of an event: nobody else waits for it. */
  private readonly heard = new Set<Promise<void>>();

  constructor(
    private readonly claims: ClaimsRepository,
    private readonly lifecycle: RequestLifecycleRepository,
    private readonly executeService: ExecuteService,
    private readonly runs: ActiveRuns,
    private readonly sweep: UnfinishedSweep,
    @Inject(APP_CONFIG) config: AppConfig,
  ) {
    this.places = pLimit(config.WORKER_CONCURRENCY);
  }

  /**
   * For an entry of the queue: waits for a free place, and comes back when there is nothing left to run. Only a
   * failure of the database is thrown, and then the sweep finds the request.
   * @param hintId the request of the entry: taken over here if its worker died and nobody noticed yet
   */
  runWhatIsDue(hintId: string): Promise<void> {
    return this.places(async () => {
      if (!this.runs.accepting) return this.lifecycle.markUnqueued([hintId]);
      await this.runAll();
      // Only now: next to never is there anything to take over, and what waits shall not wait for the answer.
      if (await this.sweep.reclaimLost(hintId)) await this.runAll();
    });
  }

  /**
   * For an event, which comes sooner than the entry: runs only if there is a free place and nobody else is about to
   * take the request. What this misses, the entry brings. Never throws.
   */
  async runIfFree(): Promise<void> {
    const { activeCount, pendingCount, concurrency } = this.places;
    if (!this.runs.accepting || activeCount + pendingCount >= concurrency) return;
    const running = this.places(() => this.runAll({ patient: false })).catch((error: Error) =>
      this.logger.warn(`could not look for work: ${error.message}`),
    );
    this.heard.add(running);
    await running;
    this.heard.delete(running);
  }

  /** Stops every run and gives its request back. What comes later finds that nothing may start. */
  async drain(): Promise<void> {
    await this.runs.drain();
    await Promise.all(this.heard);
  }

  /** @param first how to ask for the first one */
  private async runAll(first = { patient: true }): Promise<void> {
    for (let how = first; this.runs.accepting; how = { patient: true }) {
      this.claimed += 1;
      const claim = await this.claims.claimNext(`${this.runs.worker}.${this.claimed}`, how);
      if (claim === null) return;
      await this.executeService.run(claim);
    }
  }
}
