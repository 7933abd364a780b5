import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The trail is read from a point in time on. */
export class IndexAuditTime1795381200012 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX ix_audit_records_created ON audit_records (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_audit_records_created');
  }
}
