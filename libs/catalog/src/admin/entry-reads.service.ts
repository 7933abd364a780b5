import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { containing } from '#libs/database';
import { AppError } from '#libs/errors';
import type { ListPage, PageQuery } from '#libs/http';
import type { EntryKind, JsonObject } from '../catalog.types.js';
import { CatalogEntry } from '../entities/catalog-entry.entity.js';
import type { ListEntriesQuery } from './admin-entries.dto.js';
import {
  type EntrySummary,
  type EntryView,
  summaryOf,
  type VersionDetailView,
  type VersionView,
  viewOf,
} from './entry-view.js';

const VERSIONS = `
  SELECT v.version, v.changed_at AS "changedAt", v.origin, v.changed_by AS "changedBy", u.email AS "changedByEmail"
  FROM catalog_entry_versions v LEFT JOIN users u ON u.id = v.changed_by
  WHERE v.entry_id = $1 ORDER BY v.version DESC LIMIT $2 OFFSET $3`;

const VERSION = `
  SELECT v.version, v.changed_at AS "changedAt", v.origin, v.changed_by AS "changedBy", u.email AS "changedByEmail",
    v.definition
  FROM catalog_entry_versions v LEFT JOIN users u ON u.id = v.changed_by
  WHERE v.entry_id = $1 AND v.version = $2`;

const LARGEST_VERSION = 2 ** 31 - 1;

/** What administrators and curators see of models and wrappers: all of them, whole, with their history. */
@Injectable()
export class EntryReads {
  constructor(private readonly dataSource: DataSource) {}

  /** By endpoint. */
  async list(_actor: Actor, kind: EntryKind, query: ListEntriesQuery): Promise<ListPage<EntrySummary>> {
    const { search, category, status, visibility, owner, page, limit } = query;
    const rows = this.dataSource.getRepository(CatalogEntry).createQueryBuilder('e').where({ kind });
    if (category) rows.andWhere({ category });
    if (status) rows.andWhere({ status });
    if (visibility) rows.andWhere({ visibility });
    if (owner) rows.andWhere({ owner: owner.replaceAll('\0', '') });
    if (search)
      // As the index has it.
      rows.andWhere(`(e.name || ' ' || e.owner || '/' || e.alias) ILIKE :text`, {
        text: containing(search),
      });
    rows
      .orderBy('e.owner')
      .addOrderBy('e.alias')
      .limit(limit)
      .offset((page - 1) * limit);
    const [entries, total] = await rows.getManyAndCount();
    return { items: entries.map(summaryOf), page, limit, total };
  }

  /**
   * @param manager a transaction that has written the entry, if there is one
   * @throws AppError `not_found`
   */
  async read(
    _actor: Actor,
    kind: EntryKind,
    id: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<EntryView> {
    const entry = await manager.findOneBy(CatalogEntry, { id, kind });
    const [row] = await manager.query<{ definition: JsonObject }[]>(
      'SELECT definition FROM catalog_definitions WHERE entry_id = $1',
      [id],
    );
    if (!entry || !row) throw new AppError('not_found', `There is no such ${kind}.`);
    return viewOf(entry, row.definition);
  }

  /**
   * The newest first.
   * @throws AppError `not_found`
   */
  async versions(
    actor: Actor,
    kind: EntryKind,
    id: string,
    { page, limit }: PageQuery,
  ): Promise<ListPage<VersionView>> {
    await this.read(actor, kind, id);
    const items = await this.dataSource.query<VersionView[]>(VERSIONS, [id, limit, (page - 1) * limit]);
    const [count] = await this.dataSource.query<{ total: number }[]>(
      'SELECT count(*)::int AS total FROM catalog_entry_versions WHERE entry_id = $1',
      [id],
    );
    return { items, page, limit, total: count?.total ?? 0 };
  }

  /** @throws AppError `not_found` */
  async version(actor: Actor, kind: EntryKind, id: string, version: string): Promise<VersionDetailView> {
    await this.read(actor, kind, id);
    const number = /^[1-9]\d{0,9}$/.test(version) ? Number(version) : 0;
    const [row] = await this.dataSource.query<VersionDetailView[]>(VERSION, [
      id,
      Math.min(number, LARGEST_VERSION),
    ]);
    if (!row) throw new AppError('not_found', `This ${kind} has no such version.`);
    return row;
  }
}
