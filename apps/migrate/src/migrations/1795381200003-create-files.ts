import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Stored files, fetches that run as jobs, and direct uploads that are not finished. */
export class CreateFiles1795381200003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE files (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        key text NOT NULL,
        storage_key text NOT NULL,
        user_id uuid NOT NULL,
        request_id text,
        file_name text NOT NULL,
        content_type text NOT NULL,
        size bigint NOT NULL,
        sha256 text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        CONSTRAINT pk_files PRIMARY KEY (id),
        CONSTRAINT fk_files_user FOREIGN KEY (user_id) REFERENCES users (id)
      )`);
    await runner.query('CREATE UNIQUE INDEX ux_files_key ON files (key)');
    await runner.query('CREATE INDEX ix_files_user_created ON files (user_id, created_at)');
    await runner.query('CREATE INDEX ix_files_request ON files (request_id)');
    await runner.query('CREATE INDEX ix_files_expires ON files (expires_at)');

    await runner.query(`
      CREATE TABLE ingests (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        user_id uuid NOT NULL,
        url text NOT NULL,
        file_name text,
        content_type text,
        status text NOT NULL DEFAULT 'QUEUED',
        received_bytes bigint NOT NULL DEFAULT 0,
        total_bytes bigint,
        error jsonb,
        file_id uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_ingests PRIMARY KEY (id),
        CONSTRAINT fk_ingests_user FOREIGN KEY (user_id) REFERENCES users (id),
        CONSTRAINT fk_ingests_file FOREIGN KEY (file_id) REFERENCES files (id) ON DELETE SET NULL
      )`);
    await runner.query('CREATE INDEX ix_ingests_updated ON ingests (updated_at)');
    await runner.query('CREATE INDEX ix_ingests_file ON ingests (file_id)');

    await runner.query(`
      CREATE TABLE uploads (
        id uuid NOT NULL DEFAULT gen_random_uuid(),
        key text NOT NULL,
        user_id uuid NOT NULL,
        file_name text NOT NULL,
        content_type text NOT NULL,
        size bigint,
        multipart boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        completed_at timestamptz,
        CONSTRAINT pk_uploads PRIMARY KEY (id),
        CONSTRAINT fk_uploads_user FOREIGN KEY (user_id) REFERENCES users (id)
      )`);
    await runner.query('CREATE UNIQUE INDEX ux_uploads_key ON uploads (key)');
    await runner.query('CREATE INDEX ix_uploads_expires ON uploads (expires_at)');

    await runner.query(`
      CREATE TABLE upload_parts (
        upload_id uuid NOT NULL,
        part_number integer NOT NULL,
        storage_key text NOT NULL,
        size bigint NOT NULL,
        etag text NOT NULL,
        CONSTRAINT pk_upload_parts PRIMARY KEY (upload_id, part_number),
        CONSTRAINT fk_upload_parts_upload FOREIGN KEY (upload_id) REFERENCES uploads (id) ON DELETE CASCADE
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE upload_parts');
    await runner.query('DROP TABLE uploads');
    await runner.query('DROP TABLE ingests');
    await runner.query('DROP TABLE files');
  }
}
