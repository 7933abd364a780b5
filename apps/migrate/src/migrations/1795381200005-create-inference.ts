import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateInference1795381200005 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE inference_requests (
        id text CONSTRAINT pk_inference_requests PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT fk_inference_requests_user REFERENCES users (id) ON DELETE CASCADE,
        client_id text,
        endpoint text NOT NULL,
        model_id uuid CONSTRAINT fk_inference_requests_model REFERENCES models (id) ON DELETE SET NULL,
        model_endpoint text NOT NULL,
        model_version integer NOT NULL,
        wrapper_id uuid CONSTRAINT fk_inference_requests_wrapper REFERENCES wrappers (id) ON DELETE SET NULL,
        engine text NOT NULL,
        input json NOT NULL,
        model_input json NOT NULL,
        run_plan json,
        status text NOT NULL CONSTRAINT ck_inference_requests_status
          CHECK (status IN ('IN_QUEUE', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'CANCELLED')),
        progress jsonb,
        output json,
        error jsonb,
        price_unit text NOT NULL,
        price_amount numeric NOT NULL,
        quantity numeric,
        total_price numeric,
        metadata jsonb,
        idempotency_key text,
        input_fingerprint text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        lost_attempts integer NOT NULL DEFAULT 0,
        worker text,
        heartbeat_at timestamptz,
        enqueued_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        started_at timestamptz,
        completed_at timestamptz,
        inference_seconds double precision
      )
    `);
    for (const statement of INDEXES) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE inference_requests');
  }
}

const INDEXES = [
  // The filters of a user's history, each with the order of the list behind it.
  `CREATE INDEX ix_inference_requests_user_created ON inference_requests (user_id, created_at, id)`,
  `CREATE INDEX ix_inference_requests_user_status ON inference_requests (user_id, status, created_at, id)`,
  `CREATE INDEX ix_inference_requests_user_endpoint ON inference_requests (user_id, endpoint, created_at, id)`,
  `CREATE INDEX ix_inference_requests_user_model ON inference_requests (user_id, model_endpoint, created_at, id)`,
  `CREATE INDEX ix_inference_requests_metadata ON inference_requests USING gin (metadata jsonb_path_ops)`,
  // Place in the queue and the sweep: stays as small as the work that is left.
  `CREATE INDEX ix_inference_requests_unfinished ON inference_requests (status, created_at, id)
    WHERE status IN ('IN_QUEUE', 'IN_PROGRESS')`,
  // Mean duration of a model's latest runs.
  `CREATE INDEX ix_inference_requests_model_completed ON inference_requests (model_id, completed_at)
    WHERE status = 'COMPLETED'`,
  `CREATE INDEX ix_inference_requests_wrapper ON inference_requests (wrapper_id) WHERE wrapper_id IS NOT NULL`,
  `CREATE UNIQUE INDEX uq_inference_requests_idempotency_key ON inference_requests (user_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL`,
];
