import type { EntityManager } from 'typeorm';
import type { SummaryRow } from '../catalog.repository.js';
import type { EntryStatus, Visibility } from '../catalog.types.js';
import { RecommendationListState } from '../entities/recommendation-list-state.entity.js';
import { Recommendation } from '../entities/recommendation.entity.js';
import type { ListName } from './list-name.js';

/** An entry as lists show it, whether assistants see it or not. */
export interface EntryState extends SummaryRow {
  id: string;
  visibility: Visibility;
  status: EntryStatus;
}

/** One curated list as the tables hold it. */
export interface ListRow extends ListName {
  /** 0: never set. */
  version: number;
  changedAt: Date | null;
  /** E-mail address. */
  changedBy: string | null;
  items: { entry: EntryState; note: string }[];
}

const ENTRY_STATE = `json_build_object(
  'id', e.id, 'kind', e.kind, 'endpoint', e.owner || '/' || e.alias, 'name', e.name, 'category', e.category,
  'task', e.task, 'summary', e.summary, 'thumbnailUrl', e.thumbnail_url, 'visibility', e.visibility,
  'status', e.status, 'priceUnit', m.price_unit, 'priceAmount', m.price_amount::text)`;

/** A wrapper shows the price of its default base model. */
const ENTRIES = `
  catalog_entries e LEFT JOIN wrappers w ON w.id = e.id
  JOIN models m ON m.id = coalesce(w.default_base_model_id, e.id)`;

/** In one statement, so that version and items are of one moment. $1 kinds · $2 categories, side by side */
const LISTS = `
  SELECT wanted.kind, wanted.category, coalesce(l.version, 0) AS version, l.changed_at AS "changedAt",
    u.email AS "changedBy",
    (SELECT coalesce(json_agg(json_build_object('entry', ${ENTRY_STATE}, 'note', r.note) ORDER BY r.position), '[]')
     FROM ${ENTRIES} JOIN recommendations r ON r.entry_id = e.id
     WHERE r.kind = wanted.kind AND r.category = wanted.category) AS items
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS wanted(kind, category, place)
  LEFT JOIN recommendation_lists l ON l.kind = wanted.kind AND l.category = wanted.category
  LEFT JOIN users u ON u.id = l.changed_by
  ORDER BY wanted.place`;

/** $1 endpoints */
const ENTRY_STATES = `
  SELECT ${ENTRY_STATE} AS entry
  FROM ${ENTRIES} JOIN unnest($1::text[]) AS wanted(endpoint)
    ON e.owner = split_part(wanted.endpoint, '/', 1) AND e.alias = split_part(wanted.endpoint, '/', 2)`;

/** Reads lists whole, in the order in which they are asked for. */
export function readLists(manager: EntityManager, lists: readonly ListName[]): Promise<ListRow[]> {
  return manager.query<ListRow[]>(LISTS, [
    lists.map(({ kind }) => kind),
    lists.map(({ category }) => category),
  ]);
}

/** What the catalogue has under the endpoints, public or not; what it does not have is left out. */
export async function readEntryStates(
  manager: EntityManager,
  endpoints: readonly string[],
): Promise<Map<string, EntryState>> {
  // PostgreSQL's text cannot hold NUL.
  const wanted = [...new Set(endpoints)].filter((endpoint) => !endpoint.includes('\0'));
  const rows = await manager.query<{ entry: EntryState }[]>(ENTRY_STATES, [wanted]);
  const found = new Map(rows.map(({ entry }) => [entry.endpoint, entry]));
  return new Map(
    wanted.flatMap((endpoint) => {
      const entry = found.get(endpoint);
      return entry ? [[endpoint, entry] as const] : [];
    }),
  );
}

/** Whether anybody ever set the list, be it to nothing. */
export async function wasEverSet(manager: EntityManager, list: ListName): Promise<boolean> {
  const { kind, category } = list;
  return (
    (await manager.existsBy(RecommendationListState, { kind, category })) ||
    (await manager.existsBy(Recommendation, { kind, category }))
  );
}

/**
 * Replaces a list whole and counts its version up. The caller holds the lock of the catalogue's writers; the time is
 * the clock's, since that of a transaction that had to wait for the lock may lie before the last change.
 */
export async function writeList(
  manager: EntityManager,
  { kind, category }: ListName,
  items: readonly { entryId: string; note: string }[],
  changedBy: string | null,
): Promise<void> {
  await manager.delete(Recommendation, { kind, category });
  const rows = items.map((item, position) => ({ kind, category, position, ...item }));
  if (rows.length > 0) await manager.insert(Recommendation, rows);
  await manager.query(
    `INSERT INTO recommendation_lists AS l (kind, category, version, changed_at, changed_by)
     VALUES ($1, $2, 1, clock_timestamp(), $3)
     ON CONFLICT (kind, category) DO UPDATE
     SET version = l.version + 1, changed_at = EXCLUDED.changed_at, changed_by = EXCLUDED.changed_by`,
    [kind, category, changedBy],
  );
}
