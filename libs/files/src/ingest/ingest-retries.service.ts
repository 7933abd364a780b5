import { Injectable, type OnModuleInit } from '@nestjs/common';
import { QueueMonitor } from '#libs/queue';
import { INGEST_QUEUE } from './ingest-rules.js';
import { IngestsRepository } from './ingests.repository.js';

/** A failed ingest is over for the worker: its row has to be open again before the queue retries the job. */
@Injectable()
export class IngestRetries implements OnModuleInit {
  constructor(
    private readonly monitor: QueueMonitor,
    private readonly ingests: IngestsRepository,
  ) {}

  onModuleInit(): void {
    this.monitor.prepareRetries(INGEST_QUEUE, async (data) => {
      await this.ingests.reopen((data as { ingestId: string }).ingestId);
    });
  }
}
