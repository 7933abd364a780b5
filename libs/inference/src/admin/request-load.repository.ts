import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { InferenceRequest } from '../inference-request.entity.js';

/** What waits and runs of one model. */
export interface ModelLoad {
  modelEndpoint: string;
  queued: number;
  running: number;
  /** Age of the oldest that waits, in seconds; null when none does. */
  oldestQueuedSeconds: number | null;
}

/** A worker that runs something at this moment. */
export interface BusyWorker {
  /** `host:process:nonce`. */
  worker: string;
  running: number;
  /** Its last sign of life: every few seconds while it lives. */
  heartbeatAt: Date;
}

/** What the table says of the requests that are not finished, which is the truth about the queue. */
export interface RequestLoad {
  queued: number;
  running: number;
  oldestQueuedSeconds: number | null;
  /** Those with the most unfinished requests first, at most 100. */
  models: ModelLoad[];
  /** At most 100. */
  busyWorkers: BusyWorker[];
}

const COUNTS = `
  (count(*) FILTER (WHERE status = 'IN_QUEUE'))::int AS queued,
  (count(*) FILTER (WHERE status = 'IN_PROGRESS'))::int AS running,
  extract(epoch FROM now() - min(created_at) FILTER (WHERE status = 'IN_QUEUE'))::float8 AS "oldestQueuedSeconds"
  FROM inference_requests WHERE status IN ('IN_QUEUE', 'IN_PROGRESS')`;

const TOTAL = `SELECT ${COUNTS}`;
const BY_MODEL = `
  SELECT model_endpoint AS "modelEndpoint", ${COUNTS}
  GROUP BY model_endpoint ORDER BY count(*) DESC, model_endpoint LIMIT 100`;
const BUSY_WORKERS = `
  SELECT worker, count(*)::int AS running, max(heartbeat_at) AS "heartbeatAt"
  FROM inference_requests WHERE status = 'IN_PROGRESS' GROUP BY worker ORDER BY worker LIMIT 100`;

/** How much there is to do, from the index of unfinished requests alone. */
@Injectable()
export class RequestLoadRepository {
  constructor(@InjectRepository(InferenceRequest) private readonly requests: Repository<InferenceRequest>) {}

  async read(): Promise<RequestLoad> {
    const [[total], models, busyWorkers] = await Promise.all([
      this.requests.query<Omit<RequestLoad, 'models' | 'busyWorkers'>[]>(TOTAL),
      this.requests.query<ModelLoad[]>(BY_MODEL),
      this.requests.query<BusyWorker[]>(BUSY_WORKERS),
    ]);
    return { queued: 0, running: 0, oldestQueuedSeconds: null, ...total, models, busyWorkers };
  }
}
