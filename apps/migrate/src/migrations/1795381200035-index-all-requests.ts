import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Administrators list the requests of all users by status, endpoint or model, the newest first. COMPLETED needs no
 * index of its own: most requests are, so the order alone finds them; those that wait or run have one.
 */
export class IndexAllRequests1795381200035 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX ix_inference_requests_created ON inference_requests (created_at, id)');
    await runner.query(
      'CREATE INDEX ix_inference_requests_endpoint ON inference_requests (endpoint, created_at, id)',
    );
    await runner.query(
      'CREATE INDEX ix_inference_requests_model ON inference_requests (model_endpoint, created_at, id)',
    );
    await runner.query(`
      CREATE INDEX ix_inference_requests_unsuccessful ON inference_requests (status, created_at, id)
        WHERE status IN ('FAILED', 'CANCELLED')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['unsuccessful', 'model', 'endpoint', 'created'])
      await runner.query(`DROP INDEX ix_inference_requests_${name}`);
  }
}
