/** What is told of a file that was deleted. */
export interface DeletedFile {
  id: string;
  storageKey: string;
  fileName: string;
  /** Bytes, as the driver gives them. */
  size: string;
  requestId: string | null;
}

/**
 * The rows go and their bytes are noted as pending in one statement: nobody gets the file from then on, and whatever
 * dies before the bytes are gone, the sweep finds them. No writer can be left, so it need not wait.
 */
const deleting = (which: string): string => `
  WITH gone AS (
    DELETE FROM files WHERE ${which} RETURNING id, storage_key, file_name, size, request_id
  ), noted AS (
    INSERT INTO pending_files (storage_key, created_at) SELECT storage_key, to_timestamp(0) FROM gone
  )
  SELECT id, storage_key AS "storageKey", file_name AS "fileName", size, request_id AS "requestId" FROM gone`;

export const DELETE_FILES = {
  byIds: deleting('id = ANY($1::uuid[])'),
  ofRequests: deleting('request_id = ANY($1::text[])'),
  own: deleting('user_id = $1 AND (key = $2 OR id = $3::uuid) AND expires_at < $4'),
  expired: deleting(`id IN (
    SELECT id FROM files WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 FOR UPDATE SKIP LOCKED
  )`),
  byStorageKeys: deleting('storage_key = ANY($1::text[])'),
};
