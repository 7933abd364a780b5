import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Administrators list the requests of all users, the newest first. Of the filters only the rare statuses have an index
 * of their own: every index costs each submission and each change of status, and the order alone finds what is common.
 */
export class IndexAllRequests1795381200035 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX ix_inference_requests_created ON inference_requests (created_at, id)');
    await runner.query(`
      CREATE INDEX ix_inference_requests_unsuccessful ON inference_requests (status, created_at, id)
        WHERE status IN ('FAILED', 'CANCELLED')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['unsuccessful', 'created'])
      await runner.query(`DROP INDEX ix_inference_requests_${name}`);
  }
}
