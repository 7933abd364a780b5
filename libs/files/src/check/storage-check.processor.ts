import { InjectQueue, OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Job, Queue } from 'bullmq';
import { AppError } from '#libs/errors';
import { isStoreAway } from '#libs/queue';
import { STORAGE_CHECK_QUEUE } from './storage-check-queue.js';
import { StorageCheckService } from './storage-check.service.js';

/** Every night, in UTC. */
const NIGHTLY = '0 30 3 * * *';

/** The nightly check. All workers ask for it; the queue gives it to one of them. */
@Processor(STORAGE_CHECK_QUEUE)
export class StorageCheckProcessor extends WorkerHost implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(StorageCheckProcessor.name);
  private readonly shutdown = new AbortController();

  constructor(
    @InjectQueue(STORAGE_CHECK_QUEUE) private readonly queue: Queue,
    private readonly checks: StorageCheckService,
  ) {
    super();
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.queue
      .upsertJobScheduler('nightly', { pattern: NIGHTLY, tz: 'UTC' }, { name: 'nightly' })
      .catch((error: unknown) => this.logger.warn(`the nightly check is not scheduled: ${String(error)}`));
  }

  /** Before the queue's own shutdown, which waits for running jobs. */
  onModuleDestroy(): void {
    this.shutdown.abort();
  }

  /** @returns the report; `/admin/queues` counts the job, `storage check` of the operator shows it */
  override async process(): Promise<unknown> {
    try {
      const { outcome, report } = await this.checks.run({ repair: true, signal: this.shutdown.signal });
      const line = `storage check: ${outcome} ${JSON.stringify({ ...report, examples: undefined })}`;
      if (outcome === 'CLEAN') this.logger.log(line);
      else this.logger.warn(line);
      return { outcome, ...report };
    } catch (error) {
      // An operator's check is as good.
      if (error instanceof AppError && error.code === 'conflict') return null;
      throw error;
    }
  }

  @OnWorkerEvent('failed')
  onFailed(_job: Job | undefined, error: Error): void {
    this.logger.warn(`storage check: ${error.message}`);
  }

  @OnWorkerEvent('error')
  onError(error: Error): void {
    if (!isStoreAway(error)) this.logger.warn(`storage check queue: ${error.message}`);
  }
}
