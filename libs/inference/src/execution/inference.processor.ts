import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Inject, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Job } from 'bullmq';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { isStoreAway } from '#libs/queue';
import { INFERENCE_QUEUE, type InferenceJob } from '../inference-queue.service.js';
import { RequestEvents } from '../request-events.service.js';
import { ActiveRuns } from './active-runs.service.js';
import { WorkLoop } from './work-loop.service.js';
import { UnfinishedSweep } from './unfinished-sweep.service.js';

/**
 * Takes entries off the queue. A dead worker's entry comes back after its lock ran out; how often is not BullMQ's
 * to count, so the stalled limit is out of reach: the request's own row knows its attempts.
 */
@Processor(INFERENCE_QUEUE, {
  autorun: false,
  lockDuration: 10_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000_000,
  runRetryDelay: 1_000,
})
export class InferenceProcessor extends WorkerHost implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(InferenceProcessor.name);
  private unsubscribe?: () => void;

  constructor(
    private readonly workLoop: WorkLoop,
    private readonly runs: ActiveRuns,
    private readonly sweep: UnfinishedSweep,
    private readonly events: RequestEvents,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {
    super();
  }

  /** Starts to take entries when everything that a run needs is up, and what was left behind is cleared. */
  async onApplicationBootstrap(): Promise<void> {
    await this.sweep.start();
    this.unsubscribe = this.events.onQueued(() => void this.workLoop.runIfFree());
    this.worker.concurrency = this.config.WORKER_CONCURRENCY;
    this.worker.run().catch((error: Error) => this.logger.error(`the queue worker ended: ${error.message}`));
    this.logger.debug(
      `worker ${this.runs.worker} runs up to ${this.config.WORKER_CONCURRENCY} request(s) at once`,
    );
  }

  async process(job: Job<InferenceJob>): Promise<void> {
    await this.workLoop.runWhatIsDue(job.data.requestId);
  }

  /** Before any other part of the process closes: take nothing more, stop the runs, hand their requests to others. */
  async onModuleDestroy(): Promise<void> {
    this.sweep.stop();
    this.unsubscribe?.();
    await this.worker.pause(true);
    await this.workLoop.drain();
    await this.sweep.sweep();
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    if (!isStoreAway(error)) this.logger.warn(`queue: ${error.message}`);
  }

  /** A run never fails towards the queue; only what stands around it can, and the sweep makes up for that. */
  @OnWorkerEvent('failed')
  onFailed(job: Job<InferenceJob> | undefined, error: Error): void {
    this.logger.error(`${job?.data.requestId ?? 'an entry'} was not run: ${error.message}`);
  }
}
