import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { FieldError } from '#libs/errors';
import type { EntryKind, JsonObject } from '../catalog.types.js';
import type { ChangeOrigin } from '../entities/catalog-entry-version.entity.js';
import { type CanonicalDefinition, changedFields } from './canonical-definition.js';
import { endpointOf } from './definitions.js';
import * as sql from './entry-store.sql.js';

/** Who makes a change. */
export interface ChangeAuthor {
  /** Null: the installation itself, or an operator's command. */
  userId: string | null;
  origin: ChangeOrigin;
}

/** One definition, and what writing it meant. */
export interface WrittenEntry {
  id: string;
  endpoint: string;
  /** `kept`: a release would have changed it, but somebody has edited it since the last one. */
  outcome: 'created' | 'updated' | 'unchanged' | 'kept';
  version: number;
  /** Names of the fields that differ, of an update. */
  fields: string[];
}

/** What stands in the catalogue at an endpoint. */
interface StandingEntry {
  id: string;
  kind: EntryKind;
  endpoint: string;
  version: number;
  definition: JsonObject;
  /** Of the latest version. */
  origin: ChangeOrigin;
}

type Plan = WrittenEntry & { definition: CanonicalDefinition };

/** Endpoints that the other kind has, by endpoint: a problem each. */
export async function otherKindProblems(
  manager: EntityManager,
  kind: EntryKind,
  definitions: readonly CanonicalDefinition[],
): Promise<Map<string, FieldError[]>> {
  const rows = await manager.query<{ kind: EntryKind; endpoint: string }[]>(sql.OTHER_KIND, [
    definitions.map(({ owner }) => owner),
    definitions.map(({ alias }) => alias),
    kind,
  ]);
  return new Map(
    rows.map((row) => [row.endpoint, [{ path: '', message: `is already the endpoint of a ${row.kind}` }]]),
  );
}

/**
 * Brings the catalogue to some definitions in a few statements, however many they are, touching only what differs. A
 * release leaves alone what people edited.
 *
 * @param definitions without problems, each endpoint once, none of the other kind
 * @returns what happened, in the order of the definitions
 */
export async function writeEntries(
  manager: EntityManager,
  kind: EntryKind,
  definitions: readonly CanonicalDefinition[],
  author: ChangeAuthor,
): Promise<WrittenEntry[]> {
  const standing = await standingEntries(manager, definitions);
  const plans = definitions.map((definition) => plan(kind, definition, standing, author));
  await write(
    manager,
    kind,
    plans.filter(({ outcome }) => outcome === 'created' || outcome === 'updated'),
    author,
  );
  return plans.map(({ definition: _definition, ...written }) => written);
}

async function standingEntries(
  manager: EntityManager,
  definitions: readonly CanonicalDefinition[],
): Promise<Map<string, StandingEntry>> {
  const rows = await manager.query<StandingEntry[]>(sql.STANDING_ENTRIES, [
    definitions.map(({ owner }) => owner),
    definitions.map(({ alias }) => alias),
  ]);
  return new Map(rows.map((row) => [row.endpoint, row]));
}

function plan(
  kind: EntryKind,
  definition: CanonicalDefinition,
  standing: ReadonlyMap<string, StandingEntry>,
  author: ChangeAuthor,
): Plan {
  const endpoint = endpointOf(definition);
  const present = standing.get(endpoint);
  if (!present) return { definition, endpoint, id: randomUUID(), outcome: 'created', version: 1, fields: [] };
  const { id, version } = present;
  const fields = changedFields(present.definition, definition);
  if (fields.length === 0) return { definition, endpoint, id, outcome: 'unchanged', version, fields };
  if (author.origin === 'release' && (present.origin !== 'release' || present.kind !== kind))
    return { definition, endpoint, id, outcome: 'kept', version, fields: [] };
  return { definition, endpoint, id, outcome: 'updated', version: version + 1, fields };
}

async function write(
  manager: EntityManager,
  kind: EntryKind,
  plans: readonly Plan[],
  { origin, userId }: ChangeAuthor,
): Promise<void> {
  if (plans.length === 0) return;
  const rows = (wanted: readonly Plan[]) =>
    JSON.stringify(wanted.map(({ id, definition }) => ({ ...definition, id })));
  const created = plans.filter(({ outcome }) => outcome === 'created');
  const updated = plans.filter(({ outcome }) => outcome === 'updated');
  if (created.length > 0) await manager.query(sql.INSERT_ENTRIES, [rows(created), kind, userId]);
  if (updated.length > 0) await manager.query(sql.UPDATE_ENTRIES, [rows(updated)]);
  const all = rows(plans);
  if (kind === 'model') await manager.query(sql.UPSERT_MODELS, [all]);
  else {
    await manager.query(sql.UPSERT_WRAPPERS, [all]);
    await manager.query(sql.DELETE_BASE_MODELS, [all]);
    await manager.query(sql.INSERT_BASE_MODELS, [all]);
  }
  await manager.query(sql.INSERT_VERSIONS, [plans.map(({ id }) => id), origin, userId]);
}
