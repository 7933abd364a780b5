import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { AuditLog, type RequestContext } from '#libs/audit';
import { Transactions } from '#libs/database';
import { CatalogService } from '../catalog.service.js';
import { CatalogWriter } from '../changes/catalog-writer.service.js';
import {
  changedMeanwhile,
  type CuratedEntry,
  type CuratedList,
  forCurators,
  type ListOverview,
  refuse,
  toEntry,
  toList,
  toState,
} from './curated-list.js';
import { matches, parseIfMatch } from './entity-tag.js';
import { isNoChange, listChange } from './list-change.js';
import { ALL_LISTS, type ListName } from './list-name.js';
import { type ListItem, recommendationProblems } from './recommendation-rules.js';
import { type ListRow, readEntryStates, readLists, writeList } from './recommendation-store.js';

/** Most entries that one search shows. */
const MAX_CANDIDATES = 20;

/** The curated lists as curators keep them. */
@Injectable()
export class CurationService {
  constructor(
    private readonly transactions: Transactions,
    private readonly catalog: CatalogService,
    private readonly writer: CatalogWriter,
    private readonly audit: AuditLog,
  ) {}

  /** All lists, without their items. */
  async overview(_actor: Actor): Promise<ListOverview[]> {
    const rows = await this.transactions.run((manager) => readLists(manager, ALL_LISTS));
    return rows.map((row) => ({ ...toState(row), count: row.items.length }));
  }

  /** One list in its order, with entries that were hidden since. */
  async read(_actor: Actor, list: ListName): Promise<CuratedList> {
    return toList(await this.transactions.run((manager) => readList(manager, list)));
  }

  /**
   * Replaces a list whole. One that is the same already stays at its version.
   *
   * @param ifMatch the header `If-Match`: the ETag that the change is meant for, or `*`
   * @throws AppError `precondition_required`; `precondition_failed` with who changed it meanwhile; `invalid_request`
   *   for endpoints that are unknown, hidden, of the other kind or twice in the list, every one with its index
   */
  async replace(
    actor: Actor,
    list: ListName,
    items: readonly ListItem[],
    ifMatch: string | undefined,
    context: RequestContext,
  ): Promise<CuratedList> {
    const condition = parseIfMatch(ifMatch);
    const after = await this.writer.change(async (manager) => {
      // Writers follow one another, so the second of two curators finds the first one's version.
      const before = await readList(manager, list);
      if (condition !== '*' && !matches(condition, toState(before).etag))
        throw changedMeanwhile(before, condition);
      await this.write(manager, actor, before, items, context);
      return readList(manager, list);
    });
    return toList(after);
  }

  /** What the catalogue says of the endpoints, in their order; null for those that it does not have. */
  async describe(_actor: Actor, endpoints: readonly string[]): Promise<(CuratedEntry | null)[]> {
    const found = await this.transactions.run((manager) => readEntryStates(manager, endpoints));
    return endpoints.map((endpoint) => {
      const entry = found.get(endpoint);
      return entry ? toEntry(entry) : null;
    });
  }

  /** Public entries that could stand in the list: the best for a search, or without one those of its category. */
  async candidates(actor: Actor, { kind, category }: ListName, search: string): Promise<CuratedEntry[]> {
    const filter = search.trim() === '' ? { category } : { search };
    const options = { ...filter, page: 1, limit: MAX_CANDIDATES };
    const { items } =
      kind === 'model'
        ? await this.catalog.listModels(actor, options)
        : await this.catalog.listWrappers(actor, options);
    return items.map((entry) => forCurators(entry, true));
  }

  private async write(
    manager: EntityManager,
    actor: Actor,
    before: ListRow,
    items: readonly ListItem[],
    { ip }: RequestContext,
  ): Promise<void> {
    const { kind, category } = before;
    const endpoints = items.map(({ endpoint }) => endpoint);
    const entries = await readEntryStates(manager, endpoints);
    refuse(recommendationProblems(kind, category, items, entries));
    const change = listChange(toList(before).items, items);
    if (isNoChange(change)) return;
    const rows = items.flatMap(({ endpoint, note = '' }) => {
      const entry = entries.get(endpoint);
      return entry ? [{ entryId: entry.id, note }] : [];
    });
    await writeList(manager, before, rows, actor.userId);
    const details = { kind: `${kind}s`, category, version: before.version + 1, ...change };
    await this.audit.record({ type: 'recommendations.changed', actorId: actor.userId, ip, details }, manager);
  }
}

async function readList(manager: EntityManager, list: ListName): Promise<ListRow> {
  const [row] = await readLists(manager, [list]);
  return row as ListRow;
}
