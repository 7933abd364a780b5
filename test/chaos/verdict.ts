import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Cluster } from './cluster.js';
import type { Person } from './person.js';

const TERMINAL = `('COMPLETED', 'FAILED', 'CANCELLED')`;

/** What a run came to. Every list has to be empty. */
export interface Verdict {
  /** How many requests ended how. */
  tally: Record<string, number>;
  /** Requests that more than one attempt was needed for. */
  triedAgain: number;
  lost: string[];
  unfinished: string[];
  twiceEnded: string[];
  wronglyCharged: string[];
  filesWithoutRow: string[];
  rowsWithoutFile: string[];
  filesOfUnfinished: string[];
  surprises: string[];
}

/** Reads the database and the disk after everything came to rest. */
export async function judge(cluster: Cluster, people: Person[]): Promise<Verdict> {
  const rows = await cluster.sql<{ id: string; status: string; attempts: number; key: string }>(
    'SELECT id, status, attempts, idempotency_key AS key FROM inference_requests',
  );
  const known = new Map(rows.map(({ key, id }) => [key, id]));
  const accepted = people.flatMap((person) => [...person.accepted]);
  const names = async (text: string) => (await cluster.sql<{ id: string }>(text)).map(({ id }) => id);
  const stored = new Set(await storedFiles(join(cluster.dataDir, 'files')));
  const recorded = new Set(
    await names('SELECT storage_key AS id FROM files UNION ALL SELECT storage_key FROM pending_files'),
  );
  const tally: Record<string, number> = {};
  for (const { status } of rows) tally[status] = (tally[status] ?? 0) + 1;
  return {
    tally,
    triedAgain: rows.filter(({ attempts }) => attempts > 1).length,
    lost: accepted.filter(([key, id]) => known.get(key) !== id).map(([key]) => key),
    unfinished: await names(`SELECT id FROM inference_requests WHERE status NOT IN ${TERMINAL}`),
    twiceEnded: await names(`
      SELECT request_id AS id FROM chaos_transitions GROUP BY request_id
      HAVING count(*) FILTER (WHERE after IN ${TERMINAL}) <> 1 OR bool_or(before IN ${TERMINAL})`),
    wronglyCharged: await names(
      `SELECT id FROM inference_requests WHERE (total_price IS NOT NULL) <> (status = 'COMPLETED')`,
    ),
    filesWithoutRow: [...stored].filter((key) => !recorded.has(key)),
    rowsWithoutFile: (await names('SELECT storage_key AS id FROM files')).filter((key) => !stored.has(key)),
    filesOfUnfinished: await names(`
      SELECT f.id::text AS id FROM files f JOIN inference_requests r ON r.id = f.request_id
      WHERE r.status <> 'COMPLETED' OR r.output->>'report' NOT LIKE '%' || f.key`),
    surprises: people.flatMap((person) => person.surprises),
  };
}

async function storedFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && basename(entry.parentPath) !== 'tmp')
    .map((entry) => entry.name);
}
