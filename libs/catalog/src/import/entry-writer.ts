import { isDeepStrictEqual } from 'node:util';
import { In, type EntityManager, type QueryDeepPartialEntity } from 'typeorm';
import { AppError, type FieldError } from '#libs/errors';
import { CatalogEntry } from '../entities/catalog-entry.entity.js';
import { Model } from '../entities/model.entity.js';
import { WrapperBaseModel } from '../entities/wrapper-base-model.entity.js';
import { Wrapper } from '../entities/wrapper.entity.js';
import { endpointOf, type ImportReport } from './definitions.js';
import type { EntryContent, ModelContent, WrapperContent } from './entry-content.js';
import { findEntries } from './find-entries.js';

/** What is to stand in the catalogue, and how its own part is read and written. */
export interface PlannedEntry<Content> {
  entry: EntryContent;
  content: Content;
}

/** Reads and writes the part that only models, or only wrappers, have. */
export interface ContentStore<Content> {
  read(manager: EntityManager, ids: string[]): Promise<Map<string, Content>>;
  write(manager: EntityManager, id: string, content: Content): Promise<void>;
}

/**
 * Brings the catalogue to what is planned, touching only what differs.
 *
 * @throws AppError `invalid_request` when an endpoint is taken by the other kind
 */
export async function writeEntries<Content>(
  manager: EntityManager,
  ownerId: string | null,
  planned: PlannedEntry<Content>[],
  store: ContentStore<Content>,
): Promise<ImportReport> {
  const existing = await findEntries(
    manager,
    planned.map(({ entry }) => endpointOf(entry)),
  );
  refuseOtherKind(planned, existing);
  const contents = await store.read(
    manager,
    [...existing.values()].map(({ id }) => id),
  );
  const rows: ImportReport['rows'] = [];
  for (const { entry, content } of planned) {
    const endpoint = endpointOf(entry);
    const present = existing.get(endpoint);
    const id = await writeOne(
      manager,
      ownerId,
      entry,
      present,
      isDeepStrictEqual(content, present && contents.get(present.id)),
    );
    if (id !== null) await store.write(manager, id, content);
    rows.push({ endpoint, outcome: id === null ? 'unchanged' : present ? 'updated' : 'created' });
  }
  const count = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
  return { created: count('created'), updated: count('updated'), unchanged: count('unchanged'), rows };
}

/** @returns the id of the entry that was written, or null when it stood there already */
async function writeOne(
  manager: EntityManager,
  ownerId: string | null,
  entry: EntryContent,
  present: CatalogEntry | undefined,
  sameContent: boolean,
): Promise<string | null> {
  if (!present) {
    const inserted = await manager.insert(
      CatalogEntry,
      columns<CatalogEntry>({ ...entry, ownerId, version: 1 }),
    );
    return (inserted.identifiers[0] as { id: string }).id;
  }
  const sameEntry = (Object.keys(entry) as (keyof EntryContent)[]).every((key) =>
    isDeepStrictEqual(entry[key], present[key]),
  );
  if (sameEntry && sameContent) return null;
  await manager.update(
    CatalogEntry,
    { id: present.id },
    columns<CatalogEntry>({ ...entry, version: present.version + 1 }),
  );
  return present.id;
}

function refuseOtherKind(planned: PlannedEntry<unknown>[], existing: Map<string, CatalogEntry>): void {
  const taken = planned.flatMap(({ entry }): FieldError[] => {
    const present = existing.get(endpointOf(entry));
    if (!present || present.kind === entry.kind) return [];
    return [{ path: endpointOf(entry), message: `is already the endpoint of a ${present.kind}` }];
  });
  if (taken.length > 0) throw new AppError('invalid_request', undefined, { validationErrors: taken });
}

export const modelStore: ContentStore<ModelContent> = {
  async read(manager, ids) {
    const models = await manager.findBy(Model, { id: In(ids) });
    return new Map(models.map(({ id, ...content }) => [id, content]));
  },
  async write(manager, id, content) {
    await manager.upsert(Model, columns<Model>({ id, ...content }), ['id']);
  },
};

export const wrapperStore: ContentStore<WrapperContent> = {
  async read(manager, ids) {
    const wrappers = await manager.findBy(Wrapper, { id: In(ids) });
    const baseModels = await manager.find(WrapperBaseModel, {
      where: { wrapperId: In(ids) },
      order: { position: 'ASC' },
    });
    const contents = new Map<string, WrapperContent>();
    for (const { id, ...wrapper } of wrappers) contents.set(id, { wrapper, baseModels: [] });
    for (const { wrapperId, ...base } of baseModels) contents.get(wrapperId)?.baseModels.push(base);
    return contents;
  },
  async write(manager, id, { wrapper, baseModels }) {
    await manager.upsert(Wrapper, columns<Wrapper>({ id, ...wrapper }), ['id']);
    await manager.delete(WrapperBaseModel, { wrapperId: id });
    await manager.insert(
      WrapperBaseModel,
      baseModels.map((base) => columns<WrapperBaseModel>({ wrapperId: id, ...base })),
    );
  },
};

/** TypeORM's insert types look into JSON columns and ask for functions where there may be any value. */
const columns = <Entity>(values: Partial<Entity>) => values as QueryDeepPartialEntity<Entity>;
