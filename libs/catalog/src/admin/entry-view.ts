import type { JsonObject } from '../catalog.types.js';
import type { CatalogEntry } from '../entities/catalog-entry.entity.js';
import type { ChangeOrigin } from '../entities/catalog-entry-version.entity.js';
import { endpointOf } from '../import/definitions.js';

/** What every answer tells of an entry. */
export interface EntryFacts {
  id: string;
  /** `owner/alias`. */
  endpoint: string;
  /** Goes up with every change. With the id it is the ETag. */
  version: number;
  /** The user who may see it while private or draft; null for entries of the installation. */
  ownerId: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A row of the list. */
export type EntrySummary = EntryFacts &
  Pick<CatalogEntry, 'name' | 'category' | 'task' | 'summary' | 'visibility' | 'status'>;

/** A model or wrapper with its whole definition, field by field as it is imported. */
export type EntryView = EntryFacts & JsonObject;

/** One version of an entry. */
export interface VersionView {
  version: number;
  changedAt: Date;
  origin: ChangeOrigin;
  /** Who made it; null for the installation itself and for an operator's command. */
  changedBy: string | null;
  /** Address of the user; null when there is none any more. */
  changedByEmail: string | null;
}

/** One version with all of it. */
export interface VersionDetailView extends VersionView {
  /** Every field that a definition has. */
  definition: JsonObject;
}

export const summaryOf = (entry: CatalogEntry): EntrySummary => {
  const { name, category, task, summary, visibility, status } = entry;
  return { ...factsOf(entry), name, category, task, summary, visibility, status };
};

export const viewOf = (entry: CatalogEntry, definition: JsonObject): EntryView => ({
  ...factsOf(entry),
  ...definition,
});

function factsOf(entry: CatalogEntry): EntryFacts {
  const { id, version, ownerId, createdAt, updatedAt } = entry;
  return { id, endpoint: endpointOf(entry), version, ownerId, createdAt, updatedAt };
}
