import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePendingFiles1795381200021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE pending_files (
        storage_key text CONSTRAINT pk_pending_files PRIMARY KEY,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX ix_pending_files_created ON pending_files (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE pending_files');
  }
}
