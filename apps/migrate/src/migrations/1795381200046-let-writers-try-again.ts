import type { MigrationInterface, QueryRunner } from 'typeorm';

const OTHERS = 'AND p.storage_key <> new_storage_key';
const TAKE_THE_PLACE = `ON CONFLICT (storage_key) DO UPDATE SET user_id = EXCLUDED.user_id, is_upload = EXCLUDED.is_upload,
          announced = EXCLUDED.announced, created_at = now(), alive_at = now()`;

/** Whoever begins again to store what is pending takes the place of the attempt before, and is not counted beside it. */
export class LetWritersTryAgain1795381200046 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await admitWrites(runner, OTHERS, TAKE_THE_PLACE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await admitWrites(runner, '', '');
  }
}

/**
 * @param others which of the user's pending writes count
 * @param again what becomes of an attempt before
 */
async function admitWrites(runner: QueryRunner, others: string, again: string): Promise<void> {
  await runner.query(`
    CREATE OR REPLACE FUNCTION admit_write(
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
      INTO arriving FROM pending_files p WHERE p.user_id = for_user AND p.alive_at > now() - interval '1 minute' ${others};
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
        VALUES (new_storage_key, for_user, counts_as_upload, announces) ${again};
      END IF;
      RETURN QUERY SELECT said, stored.bytes + in_parts, most_bytes - taken;
    END $$`);
}
