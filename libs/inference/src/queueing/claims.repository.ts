import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { Transactions } from '#libs/database';
import type { InferenceRequest } from '../inference-request.entity.js';

/** A worker's hold on a request: id, worker and attempt together. A later attempt makes an earlier hold void. */
export type Claim = Pick<
  InferenceRequest,
  | 'id'
  | 'userId'
  | 'clientId'
  | 'modelEndpoint'
  | 'engine'
  | 'modelInput'
  | 'runPlan'
  | 'priceUnit'
  | 'priceAmount'
  | 'attempts'
> & { worker: string };

/**
 * One claim at a time over all workers, or two could see the same free place. Who holds the lock and hangs loses its
 * connection after three seconds.
 */
const TAKE_TURNS = `
  SELECT set_config('idle_in_transaction_session_timeout', '3000', true), pg_advisory_xact_lock(1795381200, 20)`;

/**
 * The request whose turn it is: of the user who has the fewest running, then of the one whose last turn is the
 * longest ago; of that user's own by priority, then age. Passed over are users with all their places taken, models
 * with all of theirs taken, and local engines when this machine has no room. `users_in_line` walks from user to user
 * in the index and never reads a whole line.
 */
const CLAIM_NEXT = `
  WITH RECURSIVE users_in_line AS (
    (SELECT user_id FROM inference_requests WHERE status = 'IN_QUEUE' ORDER BY user_id LIMIT 1)
    UNION ALL
    SELECT (SELECT r.user_id FROM inference_requests r
            WHERE r.status = 'IN_QUEUE' AND r.user_id > u.user_id ORDER BY r.user_id LIMIT 1)
    FROM users_in_line u WHERE u.user_id IS NOT NULL
  ), running AS MATERIALIZED (
    SELECT user_id, model_id, engine, split_part(worker, ':', 1) AS host
    FROM inference_requests WHERE status = 'IN_PROGRESS'
  ), full_models AS MATERIALIZED (
    SELECT m.id FROM models m JOIN running r ON r.model_id = m.id
    WHERE m.max_concurrency IS NOT NULL GROUP BY m.id, m.max_concurrency HAVING count(*) >= m.max_concurrency
  ), here AS MATERIALIZED (
    SELECT count(*) >= $3 AS is_full FROM running WHERE engine = 'local' AND host = $2
  ), chosen AS (
    SELECT head.id, u.user_id FROM users_in_line u
    CROSS JOIN LATERAL (SELECT count(*) AS running FROM running r WHERE r.user_id = u.user_id) busy
    LEFT JOIN inference_turns t ON t.user_id = u.user_id
    CROSS JOIN LATERAL (
      SELECT r.id, r.created_at FROM inference_requests r
      WHERE r.status = 'IN_QUEUE' AND r.user_id = u.user_id
        AND (r.model_id IS NULL OR r.model_id NOT IN (SELECT id FROM full_models))
        AND (r.engine <> 'local' OR NOT (SELECT is_full FROM here))
      ORDER BY r.precedence, r.created_at, r.id LIMIT 1
    ) head
    WHERE busy.running < $4
    ORDER BY busy.running, t.last_turn_at NULLS FIRST, head.created_at, head.id LIMIT 1
  ), turn AS (
    INSERT INTO inference_turns (user_id, last_turn_at) SELECT user_id, clock_timestamp() FROM chosen
    ON CONFLICT (user_id) DO UPDATE SET last_turn_at = EXCLUDED.last_turn_at
  )
  UPDATE inference_requests r
  SET status = 'IN_PROGRESS', worker = $1, attempts = attempts + 1, started_at = now(), heartbeat_at = now()
  FROM chosen WHERE r.id = chosen.id AND r.status = 'IN_QUEUE'
  RETURNING r.id, r.user_id AS "userId", client_id AS "clientId", model_endpoint AS "modelEndpoint", engine,
    model_input AS "modelInput", run_plan AS "runPlan", price_unit AS "priceUnit", price_amount AS "priceAmount",
    attempts, worker`;

/** Gives the next request to a worker. */
@Injectable()
export class ClaimsRepository {
  constructor(
    private readonly transactions: Transactions,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /** @returns the hold on the request whose turn it is; null when none may run now */
  claimNext(worker: string): Promise<Claim | null> {
    const { HOST_CONCURRENCY, MAX_RUNNING_PER_USER } = this.config;
    const values = [worker, hostname(), HOST_CONCURRENCY, MAX_RUNNING_PER_USER];
    return this.transactions.run(async (manager: EntityManager) => {
      await manager.query(TAKE_TURNS);
      // An UPDATE answers with its rows and their number.
      const [[claim]] = await manager.query<[Claim[], number]>(CLAIM_NEXT, values);
      return claim ?? null;
    });
  }
}
