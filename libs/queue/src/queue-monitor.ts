import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { type Job, Queue } from 'bullmq';
import { AppError } from '#libs/errors';
import { isStoreAway } from './store-outage.js';

/** A job that ended with an error and is kept. */
export interface FailedJob {
  id: string;
  name: string;
  /** The error's message, shortened. */
  reason: string;
  attempts: number;
  failedAt: Date | null;
}

/** One queue as its store sees it. */
export interface QueueState {
  name: string;
  /** Jobs by their state, each 0 or more. Finished jobs are kept for a while only. */
  counts: Record<JobState, number>;
  /** Processes that take jobs from it. */
  workers: number;
  /** The latest failures; `counts.failed` says how many there are. */
  failures: FailedJob[];
}

export const JOB_STATES = ['waiting', 'prioritized', 'delayed', 'active', 'completed', 'failed'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** Does what is needed before a failed job of a queue can do its work again. */
type BeforeRetry = (data: unknown) => Promise<void>;

const LONGEST_REASON = 500;

/** A store that is away makes BullMQ wait for it without end; whoever looks shall not. */
const ANSWER_WITHIN_MS = 5_000;

/**
 * All queues of this process, for operators: whatever a module registers with `BullModule.registerQueue` is found
 * here, with PostgreSQL as with Redis.
 */
@Injectable()
export class QueueMonitor implements OnModuleInit {
  private readonly logger = new Logger(QueueMonitor.name);
  private readonly beforeRetry = new Map<string, BeforeRetry>();

  constructor(private readonly modules: ModulesContainer) {}

  /** BullMQ prints an error that nobody listens to, with its stack, at each attempt to connect. */
  onModuleInit(): void {
    for (const queue of this.queues().values()) {
      queue.on('error', (error) => {
        if (!isStoreAway(error)) this.logger.warn(`queue ${queue.name}: ${error.message}`);
      });
    }
  }

  /** @param prepare called with each failed job's data before the job is retried */
  prepareRetries(queueName: string, prepare: BeforeRetry): void {
    this.beforeRetry.set(queueName, prepare);
  }

  /**
   * By name.
   * @param mostFailures so many of the latest failures of each
   * @throws AppError `unavailable` when the store does not answer
   */
  read(mostFailures: number): Promise<QueueState[]> {
    return inTime(Promise.all([...this.queues().values()].map((queue) => stateOf(queue, mostFailures))));
  }

  /**
   * Puts failed jobs back to the queue, the latest first.
   * @param most so many at once
   * @returns how many
   * @throws AppError `not_found` for a name that no queue has, `unavailable`
   */
  async retry(queueName: string, most: number): Promise<number> {
    const queue = this.queues().get(queueName);
    if (!queue) throw new AppError('not_found', 'There is no such queue.');
    const jobs = await inTime(queue.getFailed(0, most - 1));
    let retried = 0;
    for (const job of jobs) {
      await this.beforeRetry.get(queueName)?.(job.data);
      if (await inTime(isRetried(job))) retried += 1;
    }
    return retried;
  }

  private queues(): ReadonlyMap<string, Queue> {
    const queues = [...this.modules.values()]
      .flatMap((module) => [...module.providers.values()].map(({ instance }): unknown => instance))
      .filter((instance): instance is Queue => instance instanceof Queue)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return new Map(queues.map((queue) => [queue.name, queue]));
  }
}

async function stateOf(queue: Queue, mostFailures: number): Promise<QueueState> {
  const [counts, workers, failed] = await Promise.all([
    queue.getJobCounts(...JOB_STATES),
    queue.getWorkersCount(),
    mostFailures > 0 ? queue.getFailed(0, mostFailures - 1) : [],
  ]);
  return {
    name: queue.name,
    counts: Object.fromEntries(
      JOB_STATES.map((state) => [state, counts[state] ?? 0]),
    ) as QueueState['counts'],
    workers,
    failures: failed.map(failureOf),
  };
}

function failureOf({ id = '', name, failedReason, attemptsMade, finishedOn }: Job): FailedJob {
  return {
    id,
    name,
    reason: (failedReason ?? '').slice(0, LONGEST_REASON),
    attempts: attemptsMade,
    failedAt: finishedOn === undefined ? null : new Date(finishedOn),
  };
}

/** With all its attempts before it. False when somebody else was quicker. */
async function isRetried(job: Job): Promise<boolean> {
  try {
    await job.retry('failed', { resetAttemptsMade: true });
    return true;
  } catch (error) {
    if (await job.isFailed()) throw error;
    return false;
  }
}

async function inTime<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    const late = () => reject(new AppError('unavailable', 'The queue does not answer right now.'));
    timer = setTimeout(late, ANSWER_WITHIN_MS);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
