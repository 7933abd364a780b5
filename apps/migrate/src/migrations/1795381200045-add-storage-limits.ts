import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each user has stored, counted by the database itself; what is on its way; and checks of the storage. */
export class AddStorageLimits1795381200045 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await countStoredFiles(runner);
    await admitWrites(runner);
    // The order of bytes, in which storages list their keys, whatever the language of the database.
    await runner.query('ALTER TABLE files ALTER COLUMN storage_key TYPE text COLLATE "C"');
    await runner.query('ALTER TABLE upload_parts ALTER COLUMN storage_key TYPE text COLLATE "C"');
    await runner.query('ALTER TABLE pending_files ALTER COLUMN storage_key TYPE text COLLATE "C"');
    await runner.query('CREATE UNIQUE INDEX ux_files_storage_key ON files (storage_key)');
    await runner.query('CREATE UNIQUE INDEX ux_upload_parts_storage_key ON upload_parts (storage_key)');
    await runner.query(`
      CREATE TABLE storage_checks (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_storage_checks PRIMARY KEY,
        started_at timestamptz NOT NULL DEFAULT now(),
        finished_at timestamptz,
        outcome text NOT NULL DEFAULT 'RUNNING',
        report jsonb NOT NULL DEFAULT '{}',
        CONSTRAINT ck_storage_checks_outcome CHECK (outcome IN ('RUNNING', 'CLEAN', 'FOUND', 'REPAIRED', 'HELD', 'FAILED'))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE storage_checks');
    await runner.query('DROP INDEX ux_upload_parts_storage_key');
    await runner.query('DROP INDEX ux_files_storage_key');
    await runner.query('ALTER TABLE pending_files ALTER COLUMN storage_key TYPE text COLLATE "default"');
    await runner.query('ALTER TABLE upload_parts ALTER COLUMN storage_key TYPE text COLLATE "default"');
    await runner.query('ALTER TABLE files ALTER COLUMN storage_key TYPE text COLLATE "default"');
    await runner.query(
      'DROP FUNCTION admit_write(text, text, uuid, bigint, boolean, bigint, bigint, integer)',
    );
    await runner.query('DROP INDEX ix_uploads_unfinished');
    await runner.query('DROP INDEX ix_pending_files_user');
    await runner.query(
      'ALTER TABLE pending_files DROP COLUMN alive_at, DROP COLUMN announced, DROP COLUMN is_upload, DROP COLUMN user_id',
    );
    await runner.query('DROP TRIGGER tr_files_count_added ON files');
    await runner.query('DROP TRIGGER tr_files_count_removed ON files');
    await runner.query('DROP FUNCTION count_stored_files()');
    await runner.query('DROP TABLE storage_usage');
  }
}

/** A sum over all files of a user at each upload would be slow for those who have many. */
async function countStoredFiles(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE storage_usage (
      user_id uuid CONSTRAINT pk_storage_usage PRIMARY KEY,
      files bigint NOT NULL DEFAULT 0,
      bytes bigint NOT NULL DEFAULT 0,
      CONSTRAINT fk_storage_usage_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
    )`);
  await runner.query(`
    CREATE FUNCTION count_stored_files() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'INSERT' THEN
        INSERT INTO storage_usage AS u (user_id, files, bytes)
        SELECT user_id, count(*), sum(size) FROM changed GROUP BY user_id ORDER BY user_id
        ON CONFLICT (user_id) DO UPDATE SET files = u.files + EXCLUDED.files, bytes = u.bytes + EXCLUDED.bytes;
      ELSE
        -- In one order, so that two sweeps at once do not wait for each other.
        PERFORM 1 FROM storage_usage WHERE user_id IN (SELECT user_id FROM changed) ORDER BY user_id FOR UPDATE;
        UPDATE storage_usage u SET files = u.files - gone.files, bytes = u.bytes - gone.bytes
        FROM (SELECT user_id, count(*) AS files, sum(size) AS bytes FROM changed GROUP BY user_id) gone
        WHERE u.user_id = gone.user_id;
      END IF;
      RETURN NULL;
    END $$`);
  await runner.query(`
    CREATE TRIGGER tr_files_count_added AFTER INSERT ON files
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_stored_files()`);
  await runner.query(`
    CREATE TRIGGER tr_files_count_removed AFTER DELETE ON files
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_stored_files()`);
  await runner.query(
    'INSERT INTO storage_usage (user_id, files, bytes) SELECT user_id, count(*), sum(size) FROM files GROUP BY user_id',
  );
}

/**
 * Whether a user may begin to store something more, as a function: each of its statements sees what was committed
 * before it began, so that of many uploads at once each sees those before it.
 */
async function admitWrites(runner: QueryRunner): Promise<void> {
  await runner.query(`
    ALTER TABLE pending_files
      ADD user_id uuid,
      ADD is_upload boolean NOT NULL DEFAULT false,
      ADD announced bigint NOT NULL DEFAULT 0,
      ADD alive_at timestamptz NOT NULL DEFAULT now()`);
  await runner.query(
    'CREATE INDEX ix_pending_files_user ON pending_files (user_id) WHERE user_id IS NOT NULL',
  );
  await runner.query('CREATE INDEX ix_uploads_unfinished ON uploads (user_id) WHERE completed_at IS NULL');
  await runner.query(`
    CREATE FUNCTION admit_write(
      new_storage_key text, file_key text, for_user uuid, announces bigint, counts_as_upload boolean,
      most_bytes bigint, most_files bigint, most_uploads integer
    ) RETURNS TABLE (refusal text, bytes bigint, room bigint) LANGUAGE plpgsql AS $$
    #variable_conflict use_column
    DECLARE
      stored storage_usage;
      arriving record;
      in_parts bigint;
      taken bigint;
      said text;
    BEGIN
      INSERT INTO storage_usage (user_id) VALUES (for_user) ON CONFLICT DO NOTHING;
      SELECT * INTO stored FROM storage_usage u WHERE u.user_id = for_user FOR UPDATE;
      -- A writer that gave no sign of life for a minute is dead.
      SELECT count(*) FILTER (WHERE is_upload) AS uploads, count(*) AS files, coalesce(sum(announced), 0)::bigint AS bytes
      INTO arriving FROM pending_files p WHERE p.user_id = for_user AND p.alive_at > now() - interval '1 minute';
      SELECT coalesce(sum(p.size), 0)::bigint INTO in_parts
      FROM uploads u JOIN upload_parts p ON p.upload_id = u.id
      WHERE u.user_id = for_user AND u.completed_at IS NULL AND u.key <> file_key;
      taken := stored.bytes + in_parts + arriving.bytes;
      said := CASE
        WHEN counts_as_upload AND arriving.uploads >= most_uploads THEN 'uploads'
        WHEN stored.files + arriving.files >= most_files THEN 'files'
        WHEN taken + greatest(announces, 1) > most_bytes THEN 'bytes'
      END;
      IF said IS NULL THEN
        INSERT INTO pending_files (storage_key, user_id, is_upload, announced)
        VALUES (new_storage_key, for_user, counts_as_upload, announces);
      END IF;
      RETURN QUERY SELECT said, stored.bytes + in_parts, most_bytes - taken;
    END $$`);
}
