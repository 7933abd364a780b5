import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PreparedQueries } from '#libs/database';
import type { EngineProgress } from '#libs/engines';
import type { InferenceRequest, RequestError } from './inference-request.entity.js';
import type { Charge } from './pricing.js';
import { sourcesOf, type RequestStatus } from './request-status.js';
import type { Claim } from './queueing/claims.repository.js';
import { storableJson } from './storable-json.js';

/** What a request is at submission. The rest comes from the database's defaults. */
export type NewRequest = Pick<
  InferenceRequest,
  | 'id'
  | 'userId'
  | 'clientId'
  | 'endpoint'
  | 'modelId'
  | 'modelEndpoint'
  | 'modelVersion'
  | 'wrapperId'
  | 'engine'
  | 'input'
  | 'modelInput'
  | 'runPlan'
  | 'priceUnit'
  | 'priceAmount'
  | 'metadata'
  | 'idempotencyKey'
  | 'inputFingerprint'
  | 'retryKey'
  | 'precedence'
>;

/** What became of an insert. */
export type Insertion =
  | { outcome: 'inserted'; /** From 1. */ queuePosition: number }
  /** A blind retry: the same was submitted moments ago and is not finished. */
  | { outcome: 'repeated'; firstId: string }
  /** A race was lost: another submission with this key, or the same one, came first. */
  | { outcome: 'exists' }
  /** The user's line is full. */
  | { outcome: 'full' }
  /** The model or the wrapper was deleted after it was read. */
  | { outcome: 'gone' };

interface InsertRow {
  queued: number;
  inserted: boolean;
  firstId: string | null;
  queuePosition: number;
}

export interface Completion {
  output: Record<string, unknown>;
  charge: Charge;
  inferenceSeconds: number;
}

/** What became of a request whose worker died. */
export interface LostRequest {
  id: string;
  /** `IN_QUEUE` to be tried again, or `FAILED` after the last attempt. */
  status: RequestStatus;
}

/** Whose request was cancelled. */
type CancelledRequest = Pick<InferenceRequest, 'userId' | 'clientId' | 'endpoint'>;

/** A queued request that no queue entry may stand for. */
export interface Unqueued {
  id: string;
  attempts: number;
}

/** A request that cost this many workers their life is not tried again. */
const MOST_LOST_ATTEMPTS = 3;
const LOST_ERROR: RequestError = {
  code: 'engine_crashed',
  message: `The worker stopped ${MOST_LOST_ATTEMPTS} times while it ran this request.`,
};

/** What keeps a request from naming an entry that is not there. */
const ENTRY_KEYS = new Set<string | undefined>([
  'fk_inference_requests_model',
  'fk_inference_requests_wrapper',
]);

/** Rows that one sweep takes at a time. */
const SWEEP_LIMIT = 500;

const from = (to: RequestStatus): string =>
  `status IN (${sourcesOf(to)
    .map((status) => `'${status}'`)
    .join(', ')})`;

/** Only the holder of the claim may write; `$1`–`$3` are {@link held}. */
const HELD = `id = $1 AND worker = $2 AND attempts = $3 AND status = 'IN_PROGRESS'`;
const held = ({ id, worker, attempts }: Claim): unknown[] => [id, worker, attempts];

const SQL = {
  // All counts see the table as it was before this row. Without a key, an unfinished twin of the last $21 seconds
  // stands for it.
  insert: `
    WITH twin AS MATERIALIZED (
      SELECT id FROM inference_requests
      WHERE $21::int > 0 AND user_id = $2 AND status IN ('IN_QUEUE', 'IN_PROGRESS') AND retry_key IS NOT NULL
        AND input_fingerprint = $17 AND created_at > now() - make_interval(secs => $21)
      ORDER BY created_at LIMIT 1
    ), own AS (
      SELECT count(*)::int AS queued, (count(*) FILTER (WHERE precedence <= $19))::int AS ahead
      FROM inference_requests WHERE status = 'IN_QUEUE' AND user_id = $2
    ), inserted AS (
      INSERT INTO inference_requests (id, user_id, client_id, endpoint, model_id, model_endpoint, model_version,
        wrapper_id, engine, input, model_input, run_plan, status, price_unit, price_amount, metadata,
        idempotency_key, input_fingerprint, retry_key, precedence, enqueued_at)
      SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'IN_QUEUE', $13, $14, $15, $16, $17, $18, $19, now()
      FROM own WHERE own.queued < $20 AND NOT EXISTS (SELECT FROM twin)
      ON CONFLICT DO NOTHING
      RETURNING 1
    )
    SELECT own.queued, EXISTS (SELECT FROM inserted) AS inserted, (SELECT id FROM twin) AS "firstId",
      own.ahead + 1 + (
        SELECT coalesce(sum(least(others.queued, own.ahead + 1)), 0)::int FROM (
          SELECT count(*) AS queued FROM inference_requests
          WHERE status = 'IN_QUEUE' AND user_id <> $2 GROUP BY user_id
        ) others
      ) AS "queuePosition"
    FROM own`,
  heartbeat: `UPDATE inference_requests SET heartbeat_at = now() WHERE ${HELD} RETURNING 1`,
  progress: `UPDATE inference_requests SET progress = $4, heartbeat_at = now() WHERE ${HELD} RETURNING 1`,
  complete: `
    UPDATE inference_requests
    SET status = 'COMPLETED', output = $4, quantity = $5, total_price = $6, inference_seconds = $7,
      completed_at = now(), progress = NULL, heartbeat_at = NULL, run_plan = NULL
    WHERE ${HELD} AND ${from('COMPLETED')} RETURNING 1`,
  completedBy: `
    SELECT 1 FROM inference_requests WHERE id = $1 AND worker = $2 AND attempts = $3 AND status = 'COMPLETED'`,
  fail: `
    UPDATE inference_requests
    SET status = 'FAILED', error = $4, completed_at = now(), progress = NULL, heartbeat_at = NULL, run_plan = NULL
    WHERE ${HELD} AND ${from('FAILED')} RETURNING 1`,
  cancel: `
    UPDATE inference_requests
    SET status = 'CANCELLED', completed_at = now(), progress = NULL, heartbeat_at = NULL, run_plan = NULL
    WHERE id = $1 AND ($2::uuid IS NULL OR user_id = $2) AND ${from('CANCELLED')}
    RETURNING user_id AS "userId", client_id AS "clientId", endpoint`,
  release: `
    UPDATE inference_requests
    SET status = 'IN_QUEUE', progress = NULL, heartbeat_at = NULL, started_at = NULL, enqueued_at = NULL
    WHERE ${HELD} AND ${from('IN_QUEUE')} RETURNING 1`,
  reclaimLost: `
    UPDATE inference_requests
    SET lost_attempts = lost_attempts + 1, progress = NULL, heartbeat_at = NULL, enqueued_at = NULL,
      status = CASE WHEN lost_attempts + 1 < $3 THEN 'IN_QUEUE' ELSE 'FAILED' END,
      started_at = CASE WHEN lost_attempts + 1 < $3 THEN NULL ELSE started_at END,
      run_plan = CASE WHEN lost_attempts + 1 < $3 THEN run_plan END,
      error = CASE WHEN lost_attempts + 1 < $3 THEN NULL ELSE $4::jsonb END,
      completed_at = CASE WHEN lost_attempts + 1 < $3 THEN NULL ELSE now() END
    WHERE id IN (
      SELECT id FROM inference_requests
      WHERE status = 'IN_PROGRESS'
        AND greatest(heartbeat_at, pg_postmaster_start_time()) < now() - make_interval(secs => $1)
        AND ($2::text IS NULL OR id = $2)
      ORDER BY created_at, id LIMIT ${SWEEP_LIMIT} FOR UPDATE SKIP LOCKED
    )
    RETURNING id, status`,
  takeUnqueued: `
    WITH taken AS (
      UPDATE inference_requests SET enqueued_at = now()
      WHERE id IN (
        SELECT id FROM inference_requests
        WHERE status = 'IN_QUEUE' AND (enqueued_at IS NULL OR enqueued_at < now() - make_interval(secs => $1))
        ORDER BY created_at, id LIMIT ${SWEEP_LIMIT} FOR UPDATE SKIP LOCKED
      )
      RETURNING id, attempts, created_at
    )
    SELECT id, attempts FROM taken ORDER BY created_at, id`,
  // Whatever ended long ago began even earlier, so the oldest are read along the index of when they began.
  finishedBefore: `
    SELECT id FROM inference_requests
    WHERE created_at < now() - make_interval(days => $1) AND completed_at < now() - make_interval(days => $1)
      AND status IN ('COMPLETED', 'FAILED', 'CANCELLED')
    ORDER BY created_at, id LIMIT $2`,
  deleteFinished: `
    DELETE FROM inference_requests
    WHERE id = ANY($1::text[]) AND status IN ('COMPLETED', 'FAILED', 'CANCELLED') RETURNING 1`,
  markUnqueued: `
    UPDATE inference_requests SET enqueued_at = NULL WHERE id = ANY($1::text[]) AND status = 'IN_QUEUE'`,
};

/**
 * Every change of a request's row. Each is one statement, so one transaction, and a compare-and-set: it says
 * whether it took place. All times are the database's clock, so that a worker with a wrong clock does no harm.
 */
@Injectable()
export class RequestLifecycleRepository {
  constructor(private readonly queries: PreparedQueries) {}

  /**
   * @param limits.mostQueued so many requests of one user may wait at once
   * @param limits.repeatSeconds for so long an unfinished twin stands for the request; 0 for never
   */
  async insert(
    request: NewRequest,
    limits: { mostQueued: number; repeatSeconds: number },
  ): Promise<Insertion> {
    const inserting = this.run<InsertRow>('insert', [
      request.id,
      request.userId,
      request.clientId,
      request.endpoint,
      request.modelId,
      request.modelEndpoint,
      request.modelVersion,
      request.wrapperId,
      request.engine,
      storableJson(request.input),
      storableJson(request.modelInput),
      storableJson(request.runPlan),
      request.priceUnit,
      request.priceAmount,
      storableJson(request.metadata),
      request.idempotencyKey,
      request.inputFingerprint,
      request.retryKey,
      request.precedence,
      limits.mostQueued,
      limits.repeatSeconds,
    ]);
    const rows = await inserting.catch((error: { constraint?: string }) => {
      if (ENTRY_KEYS.has(error.constraint)) return null;
      throw error;
    });
    if (rows === null) return { outcome: 'gone' };
    const [row] = rows;
    if (row?.inserted) return { outcome: 'inserted', queuePosition: row.queuePosition };
    if (row?.firstId) return { outcome: 'repeated', firstId: row.firstId };
    return { outcome: row && row.queued >= limits.mostQueued ? 'full' : 'exists' };
  }

  /** Ends its owner's request that is not finished. A worker that runs it finds its hold void. */
  async cancel(requestId: string, ownerId: string): Promise<boolean> {
    return this.changed('cancel', [requestId, ownerId]);
  }

  /**
   * The same whoever owns it, in a transaction.
   * @returns what was cancelled; null when nothing was
   */
  async cancelAnyones(requestId: string, manager: EntityManager): Promise<CancelledRequest | null> {
    const [[request]] = await manager.query<[CancelledRequest[], number]>(SQL.cancel, [requestId, null]);
    return request ?? null;
  }

  /** @returns false when the request is no longer this worker's */
  async heartbeat(claim: Claim): Promise<boolean> {
    return this.changed('heartbeat', held(claim));
  }

  async saveProgress(claim: Claim, progress: EngineProgress): Promise<boolean> {
    return this.changed('progress', [...held(claim), storableJson(progress)]);
  }

  async complete(claim: Claim, { output, charge, inferenceSeconds }: Completion): Promise<boolean> {
    const values = [...held(claim), storableJson(output), charge.quantity, charge.total, inferenceSeconds];
    return this.changed('complete', values);
  }

  /** True when this very attempt has completed the request. */
  async isCompletedBy(claim: Claim): Promise<boolean> {
    return this.changed('completedBy', held(claim));
  }

  async fail(claim: Claim, error: RequestError): Promise<boolean> {
    return this.changed('fail', [...held(claim), storableJson(error)]);
  }

  /** Gives the request back to the queue, without holding the attempt against it. */
  async release(claim: Claim): Promise<boolean> {
    return this.changed('release', held(claim));
  }

  /** Takes requests from workers that gave no sign of life for so long, while there was a database to give it to. */
  reclaimLost(silentSeconds: number, requestId: string | null = null): Promise<LostRequest[]> {
    return this.run('reclaimLost', [silentSeconds, requestId, MOST_LOST_ATTEMPTS, storableJson(LOST_ERROR)]);
  }

  /** Queued requests, oldest first, that were not handed to the queue, or so long ago that it may have lost them. */
  takeUnqueued(olderThanSeconds: number): Promise<Unqueued[]> {
    return this.run('takeUnqueued', [olderThanSeconds]);
  }

  /** Notes that the queue does not have these: the next sweep will hand them over. */
  async markUnqueued(requestIds: string[]): Promise<void> {
    await this.run('markUnqueued', [requestIds]);
  }

  /** Requests that ended so many days ago, the oldest first. */
  async finishedBefore(days: number, limit: number): Promise<string[]> {
    const rows = await this.run<{ id: string }>('finishedBefore', [days, limit]);
    return rows.map(({ id }) => id);
  }

  async deleteFinished(requestIds: string[]): Promise<void> {
    await this.run('deleteFinished', [requestIds]);
  }

  private async changed(name: keyof typeof SQL, values: unknown[]): Promise<boolean> {
    return (await this.run(name, values)).length > 0;
  }

  private run<Row extends object>(name: keyof typeof SQL, values: unknown[]): Promise<Row[]> {
    return this.queries.rows<Row>(`inference_${name}`, SQL[name], values);
  }
}
