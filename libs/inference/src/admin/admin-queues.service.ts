import { Injectable } from '@nestjs/common';
import type { Actor } from '#libs/accounts';
import { AuditLog, type RequestContext } from '#libs/audit';
import { QueueMonitor, type QueueState } from '#libs/queue';
import { INFERENCE_QUEUE } from '../inference-queue.service.js';
import { type RequestLoad, RequestLoadRepository } from './request-load.repository.js';

/** One queue, as operators see it. */
export interface QueueView extends QueueState {
  /** What the table says of the requests behind it; null for a queue that carries none. */
  requests: RequestLoad | null;
}

/** All queues; there are few, so this is one page. */
export interface QueueList {
  items: QueueView[];
}

/** What a retry did. */
export interface RetryView {
  name: string;
  /** Jobs that went back to the queue. */
  retried: number;
}

/** Failures that are told of each queue, and jobs that one retry takes. */
const MOST_FAILURES = 20;
const MOST_RETRIED = 500;

/** What operators see of the queues and do with them. The actor is null for an operator at the command line. */
@Injectable()
export class AdminQueuesService {
  constructor(
    private readonly monitor: QueueMonitor,
    private readonly load: RequestLoadRepository,
    private readonly audit: AuditLog,
  ) {}

  /** @throws AppError `unavailable` when the queue's store does not answer */
  async list(_actor: Actor | null): Promise<QueueList> {
    const [states, requests] = await Promise.all([this.monitor.read(MOST_FAILURES), this.load.read()]);
    const items = states.map((state) => ({
      ...state,
      requests: state.name === INFERENCE_QUEUE ? requests : null,
    }));
    return { items };
  }

  /**
   * Failed jobs go back to the queue, at most 500 at once. A request that FAILED is no failed job: that is final.
   * @throws AppError `not_found`, `unavailable`
   */
  async retry(actor: Actor, name: string, { ip }: RequestContext): Promise<RetryView> {
    const retried = await this.monitor.retry(name, MOST_RETRIED);
    if (retried > 0) {
      const details = { queue: name, jobs: retried };
      await this.audit.record({ type: 'queue.retried', actorId: actor.userId, ip, details });
    }
    return { name, retried };
  }
}
