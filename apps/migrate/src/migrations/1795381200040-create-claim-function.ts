import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The choice of the next request as a function, so that a claim is one round trip and not four. In a function each
 * statement sees what was committed before it began; within one statement, the choice would see the table as it was
 * before the lock was had.
 */
export class CreateClaimFunction1795381200040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION claim_next_request(
        for_worker text, on_host text, most_on_host integer, most_of_user integer, waits boolean
      ) RETURNS TABLE (
        id text, "userId" uuid, "clientId" text, "modelEndpoint" text, engine text, "modelInput" json, "runPlan" json,
        "priceUnit" text, "priceAmount" numeric, attempts integer, worker text
      ) LANGUAGE plpgsql AS $$
      #variable_conflict use_column
      DECLARE
        chosen_id text;
        chosen_user uuid;
      BEGIN
        -- One claim at a time over all workers, or two could see the same free place.
        IF waits THEN
          PERFORM pg_advisory_xact_lock(1795381200, 20);
        ELSIF NOT pg_try_advisory_xact_lock(1795381200, 20) THEN
          RETURN;
        END IF;
        -- Nobody is told of a claim that its database forgets in a crash: the request waits again, and the hold of
        -- whoever runs it is void. So the claim does not wait for the disk.
        PERFORM set_config('synchronous_commit', 'off', true);
        -- A request may be cancelled between the choice and the claim; then the next one is chosen.
        FOR attempt IN 1..5 LOOP
          -- From user to user in the index, never reading a whole line.
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
            SELECT count(*) >= most_on_host AS is_full FROM running WHERE engine = 'local' AND host = on_host
          )
          SELECT head.id, u.user_id INTO chosen_id, chosen_user FROM users_in_line u
          CROSS JOIN LATERAL (SELECT count(*) AS running FROM running r WHERE r.user_id = u.user_id) busy
          LEFT JOIN inference_turns t ON t.user_id = u.user_id
          CROSS JOIN LATERAL (
            SELECT r.id, r.created_at FROM inference_requests r
            WHERE r.status = 'IN_QUEUE' AND r.user_id = u.user_id
              AND (r.model_id IS NULL OR r.model_id NOT IN (SELECT id FROM full_models))
              AND (r.engine <> 'local' OR NOT (SELECT is_full FROM here))
            ORDER BY r.precedence, r.created_at, r.id LIMIT 1
          ) head
          WHERE busy.running < most_of_user
          ORDER BY busy.running, t.last_turn_at NULLS FIRST, head.created_at, head.id LIMIT 1;
          EXIT WHEN chosen_id IS NULL;

          RETURN QUERY
          UPDATE inference_requests r
          SET status = 'IN_PROGRESS', worker = for_worker, attempts = r.attempts + 1, started_at = now(),
            heartbeat_at = now()
          WHERE r.id = chosen_id AND r.status = 'IN_QUEUE'
          RETURNING r.id, r.user_id, r.client_id, r.model_endpoint, r.engine, r.model_input, r.run_plan, r.price_unit,
            r.price_amount, r.attempts, r.worker;
          CONTINUE WHEN NOT FOUND;

          INSERT INTO inference_turns (user_id, last_turn_at) VALUES (chosen_user, clock_timestamp())
          ON CONFLICT (user_id) DO UPDATE SET last_turn_at = EXCLUDED.last_turn_at;
          RETURN;
        END LOOP;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION claim_next_request(text, text, integer, integer, boolean)');
  }
}
