import { setTimeout as delay } from 'node:timers/promises';
import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { RequestEvents } from './request-events.service.js';
import { RequestLifecycleRepository, type Unqueued } from './request-lifecycle.repository.js';

/** Name of the queue that carries requests to the workers. */
export const INFERENCE_QUEUE = 'inference';

export interface InferenceJob {
  requestId: string;
}

/** What an idle worker has taken by then needs no entry. */
const ENTRY_AFTER_MS = 50;

/** A store that is away makes BullMQ wait for it without end; the caller shall not. */
const ENQUEUE_TIMEOUT_MS = 3_000;

/**
 * Hands requests to the workers: by an event, which an idle one hears at once, and what nobody takes by an entry in
 * BullMQ, which waits until one is free. An entry is a hint: when it cannot be placed the row says so, and the sweep of the workers hands
 * it over later.
 */
@Injectable()
export class InferenceQueue implements OnModuleDestroy {
  private readonly logger = new Logger(InferenceQueue.name);
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    @InjectQueue(INFERENCE_QUEUE) private readonly queue: Queue<InferenceJob>,
    private readonly lifecycle: RequestLifecycleRepository,
    private readonly events: RequestEvents,
  ) {}

  /** Never throws: the requests are safe in their table, so nobody has to wait for this either. */
  async enqueue(requests: Unqueued[]): Promise<void> {
    if (requests.length === 0) return;
    const handing = this.events.publishQueued().then(() => this.placeEntries(requests));
    this.underWay.add(handing);
    await handing;
    this.underWay.delete(handing);
  }

  /** What is under way when the process stops would otherwise wait for a sweep. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private async placeEntries(requests: Unqueued[]): Promise<void> {
    await delay(ENTRY_AFTER_MS);
    try {
      const waiting = await this.lifecycle.stillQueued(requests.map(({ id }) => id));
      const jobs = requests.filter(({ id }) => waiting.has(id)).map(toJob);
      if (jobs.length > 0) await withTimeout(this.add(jobs), ENQUEUE_TIMEOUT_MS);
    } catch (error) {
      this.logger.warn(
        `could not queue ${requests.length} request(s), a sweep will: ${(error as Error).message}`,
      );
      await this.lifecycle.markUnqueued(requests.map(({ id }) => id)).catch(() => undefined);
    }
  }

  /** One by one is several times cheaper than a batch of one, for which PostgreSQL makes a temporary table. */
  private async add(jobs: ReturnType<typeof toJob>[]): Promise<void> {
    const [first] = jobs;
    if (first !== undefined && jobs.length === 1) await this.queue.add(first.name, first.data, first.opts);
    else await this.queue.addBulk(jobs);
  }
}

/**
 * The id de-duplicates within one attempt. The attempt is part of it, because BullMQ ignores a job whose id it
 * still knows, such as the one that a dead worker holds. Finished entries are removed at once for the same reason.
 */
function toJob({ id, attempts }: Unqueued) {
  return {
    name: 'run',
    data: { requestId: id },
    opts: { jobId: `${id}.${attempts}`, removeOnComplete: true, removeOnFail: true },
  };
}

async function withTimeout(work: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
