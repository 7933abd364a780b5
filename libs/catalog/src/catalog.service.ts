import { Injectable } from '@nestjs/common';
import type { Actor } from '#libs/accounts';
import { AppError } from '#libs/errors';
import { CatalogRepository, type EntryRow } from './catalog.repository.js';
import { CATEGORIES, type Category, type EntryKind, type Page } from './catalog.types.js';
import { EndpointLookup } from './endpoint-lookup.service.js';
import { CatalogCache } from './reads/catalog-cache.service.js';
import { oncePerObject } from './reads/once-per-object.js';
import { CatalogSearch } from './search/catalog-search.service.js';
import {
  toModelView,
  toRawSchema,
  toSummary,
  toWrapperView,
  type EntrySummary,
  type ModelView,
  type RawSchema,
  type RecommendedItem,
  type SearchResult,
  type WrapperView,
} from './views/catalog-views.js';

/** A page of a list, numbered from 1. */
interface ListOptions {
  search?: string | undefined;
  /** `image`, `video`, `utility`, or a task such as `image-to-image`. */
  category?: string | undefined;
  page: number;
  limit: number;
}

const MAX_LIMIT = 100;
const MAX_PAGE = 100_000;
const MAX_QUERY = 500;

/** What the catalogue shows: lists, curated lists, search, and one entry in full. */
@Injectable()
export class CatalogService {
  constructor(
    private readonly repository: CatalogRepository,
    private readonly lookup: EndpointLookup,
    private readonly cache: CatalogCache,
    private readonly entries: CatalogSearch,
  ) {}

  /** Public models, page by page. */
  listModels(_actor: Actor, options: ListOptions): Promise<Page<EntrySummary>> {
    return this.list('model', options);
  }

  /** Public wrappers, page by page. */
  listWrappers(_actor: Actor, options: ListOptions): Promise<Page<EntrySummary>> {
    return this.list('wrapper', options);
  }

  /** The curated list of one category, in the curator's order. */
  async recommended(_actor: Actor, kind: EntryKind, category: Category): Promise<readonly RecommendedItem[]> {
    if (!CATEGORIES.includes(category)) {
      throw new AppError('invalid_request', 'There is no such category.', {
        validationErrors: [{ path: 'category', message: `must be one of: ${CATEGORIES.join(', ')}` }],
      });
    }
    const items = await this.cache.get({
      key: `recommended:${kind}:${category}`,
      load: () => this.readRecommended(kind, category),
      isForAll: () => true,
    });
    return items ?? [];
  }

  /** Models and wrappers together, best first. */
  async search(
    _actor: Actor,
    options: { query: string; category?: string | undefined; limit: number },
  ): Promise<{ results: SearchResult[]; total: number }> {
    const slice = {
      kind: null,
      category: plainFilter(options.category),
      limit: clamp(options.limit),
      offset: 0,
    };
    const { total, items } = await this.entries.search(plainQuery(options.query), slice);
    return { results: items.map((row) => ({ kind: row.kind, ...toSummary(row) })), total };
  }

  /** @throws AppError `endpoint_not_found`, also for a wrapper, which has its own tool */
  async getModel(actor: Actor, endpoint: string): Promise<ModelView> {
    return modelViewOf(await this.find(actor, endpoint, 'model'));
  }

  /** @throws AppError `endpoint_not_found`, also for a model, which has its own tool */
  async getWrapper(actor: Actor, endpoint: string): Promise<WrapperView> {
    return wrapperViewOf(await this.find(actor, endpoint, 'wrapper'));
  }

  /** The JSON Schemas of a model or a wrapper, nothing cut. */
  async getRawSchema(actor: Actor, endpoint: string): Promise<RawSchema> {
    return toRawSchema(await this.lookup.find(actor, endpoint));
  }

  private async readRecommended(kind: EntryKind, category: Category): Promise<readonly RecommendedItem[]> {
    const rows = await this.repository.recommended(kind, category);
    return rows.map(({ summary, note }) => ({ ...toSummary(summary), note }));
  }

  private async find(actor: Actor, endpoint: string, kind: EntryKind): Promise<EntryRow> {
    const entry = await this.lookup.find(actor, endpoint);
    if (entry.kind === kind) return entry;
    throw new AppError('endpoint_not_found', `${entry.endpoint} is a ${entry.kind}, not a ${kind}.`, {
      nextStep: `Call get_${entry.kind} with it.`,
    });
  }

  private async list(kind: EntryKind, options: ListOptions): Promise<Page<EntrySummary>> {
    const limit = clamp(options.limit);
    const page = Math.min(Math.max(Math.trunc(options.page), 1), MAX_PAGE);
    const slice = { kind, category: plainFilter(options.category), limit, offset: (page - 1) * limit };
    const query = plainQuery(options.search ?? '');
    const { total, items } = query ? await this.entries.search(query, slice) : await this.entries.list(slice);
    return { items: items.map(toSummary), page, limit, total, hasMore: page * limit < total };
  }
}

/** Views of the entries that the cache holds, which go with them. */
const modelViewOf = oncePerObject(toModelView);
const wrapperViewOf = oncePerObject(toWrapperView);

const clamp = (limit: number): number => Math.min(Math.max(Math.trunc(limit), 1), MAX_LIMIT);

/** PostgreSQL's text cannot hold NUL. */
const plainQuery = (query: string): string => query.slice(0, MAX_QUERY).replaceAll('\0', ' ').trim();

/** A category or task as the catalogue writes it; null for none, which some clients send as an empty text. */
const plainFilter = (category: string | undefined): string | null =>
  plainQuery(category ?? '').toLowerCase() || null;
