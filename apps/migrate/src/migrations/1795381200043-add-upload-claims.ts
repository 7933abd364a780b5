import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Uploads whose parts the storage itself takes, and who is completing an upload right now. */
export class AddUploadClaims1795381200043 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE uploads ADD COLUMN multipart_id text, ADD COLUMN claimed_until timestamptz',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE uploads DROP COLUMN claimed_until, DROP COLUMN multipart_id');
  }
}
