import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the order of the queue, its limits and the recognition of blind retries need. */
export class AddFairQueue1795381200020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE inference_requests
        ADD COLUMN precedence smallint NOT NULL DEFAULT 0,
        ADD COLUMN retry_key text`);
    // The heads of each user's line, and how long it is, without the rest of the table.
    await runner.query(`
      CREATE INDEX ix_inference_requests_line ON inference_requests (user_id, precedence, created_at, id)
        WHERE status = 'IN_QUEUE'`);
    await runner.query(`
      CREATE UNIQUE INDEX uq_inference_requests_retry_key ON inference_requests (user_id, retry_key)
        WHERE retry_key IS NOT NULL AND status IN ('IN_QUEUE', 'IN_PROGRESS')`);
    await runner.query(`
      CREATE TABLE inference_turns (
        user_id uuid CONSTRAINT pk_inference_turns PRIMARY KEY
          CONSTRAINT fk_inference_turns_user REFERENCES users (id) ON DELETE CASCADE,
        last_turn_at timestamptz NOT NULL
      )`);
    // Durations are asked for by endpoint, which outlives the model's row.
    await runner.query('DROP INDEX ix_inference_requests_model_completed');
    await runner.query(`
      CREATE INDEX ix_inference_requests_model_completed ON inference_requests (model_endpoint, completed_at)
        WHERE status = 'COMPLETED'`);
    await runner.query('ALTER TABLE models ADD COLUMN max_concurrency integer');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE models DROP COLUMN max_concurrency');
    await runner.query('DROP INDEX ix_inference_requests_model_completed');
    await runner.query(`
      CREATE INDEX ix_inference_requests_model_completed ON inference_requests (model_id, completed_at)
        WHERE status = 'COMPLETED'`);
    await runner.query('DROP TABLE inference_turns');
    await runner.query('DROP INDEX uq_inference_requests_retry_key');
    await runner.query('DROP INDEX ix_inference_requests_line');
    await runner.query('ALTER TABLE inference_requests DROP COLUMN precedence, DROP COLUMN retry_key');
  }
}
