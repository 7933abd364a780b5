import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Logger, type OnModuleDestroy } from '@nestjs/common';
import type { Job } from 'bullmq';
import { AppError } from '#libs/errors';
import { isStoreAway } from '#libs/queue';
import { INGEST_QUEUE } from './ingest-rules.js';
import { IngestJob } from './ingest-job.service.js';

/** Fetches at once per worker process: they wait for the network most of the time. */
const CONCURRENCY = 4;
/** A worker that does not renew for so long is dead, and another one takes the job. */
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 5_000;

@Processor(INGEST_QUEUE, {
  concurrency: CONCURRENCY,
  lockDuration: LOCK_MS,
  stalledInterval: STALLED_CHECK_MS,
  maxStalledCount: 1,
})
export class IngestProcessor extends WorkerHost implements OnModuleDestroy {
  private readonly logger = new Logger(IngestProcessor.name);
  private readonly shutdown = new AbortController();

  constructor(private readonly job: IngestJob) {
    super();
  }

  /** Before the queue's own shutdown, which waits for running jobs. */
  onModuleDestroy(): void {
    this.shutdown.abort();
  }

  override process({ data }: Job<{ ingestId: string }>): Promise<void> {
    return this.job.run(data.ingestId, this.shutdown.signal);
  }

  /** Also when a job was lost by two workers in a row: then nobody else tells the caller. */
  @OnWorkerEvent('failed')
  async onFailed(job: Job<{ ingestId: string }> | undefined, error: Error): Promise<void> {
    this.logger.warn(`ingest ${job?.data.ingestId}: ${error.stack}`);
    if (!job) return;
    try {
      if (await job.isFailed()) await this.tellCaller(job.data.ingestId, error);
    } catch (problem) {
      // Nobody awaits an event's listener: thrown on, this would end the worker with all its other jobs.
      this.logger.warn(`ingest ${job.data.ingestId}: could not be marked as failed: ${String(problem)}`);
    }
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    if (!isStoreAway(error)) this.logger.warn(`ingest queue: ${error.message}`);
  }

  private tellCaller(ingestId: string, cause: Error): Promise<void> {
    const message = 'The file could not be fetched: the server was interrupted twice. Try again in a moment.';
    return this.job.fail(ingestId, new AppError('unavailable', message, {}, { cause }));
  }
}
