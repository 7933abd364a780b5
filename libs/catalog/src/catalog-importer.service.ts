import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { Transactions } from '#libs/database';
import { AppError, type FieldError } from '#libs/errors';
import { CatalogChanges } from './changes/catalog-changes.service.js';
import type { Category, EntryKind, JsonSchema } from './catalog.types.js';
import { recommendationProblems } from './curation/recommendation-rules.js';
import { wasEverSet, writeList } from './curation/recommendation-store.js';
import { CatalogEntry } from './entities/catalog-entry.entity.js';
import { modelProblems, wrapperProblems } from './import/definition-check.js';
import {
  endpointOf,
  type ImportReport,
  type ModelDefinition,
  type RecommendationList,
  type WrapperDefinition,
} from './import/definitions.js';
import { toEntryContent, toModelContent, toWrapperContent } from './import/entry-content.js';
import { modelStore, wrapperStore, writeEntries } from './import/entry-writer.js';
import { findEntries } from './import/find-entries.js';
import { mappingProblems } from './wrappers/mapping-check.js';

type BaseModels = ReadonlyMap<string, CatalogEntry>;

/**
 * Brings definitions into the catalogue: idempotent by endpoint, a new version only for what changed, and all or
 * nothing. The actor owns what is created; null stands for the installation itself.
 */
@Injectable()
export class CatalogImporter {
  constructor(
    private readonly transactions: Transactions,
    private readonly changes: CatalogChanges,
  ) {}

  /** @throws AppError `invalid_request` with every problem of every definition */
  async importModels(actor: Actor | null, definitions: ModelDefinition[]): Promise<ImportReport> {
    refuse([
      ...repeated(definitions),
      ...definitions.flatMap((model) => located(model, modelProblems(model))),
    ]);
    const planned = definitions.map((model) => ({
      entry: toEntryContent('model', model),
      content: toModelContent(model),
    }));
    return this.change((manager) => writeEntries(manager, actor?.userId ?? null, planned, modelStore));
  }

  /** @throws AppError `invalid_request` with every problem of every definition */
  async importWrappers(actor: Actor | null, definitions: WrapperDefinition[]): Promise<ImportReport> {
    refuse([
      ...repeated(definitions),
      ...definitions.flatMap((wrapper) => located(wrapper, wrapperProblems(wrapper))),
    ]);
    return this.change(async (manager) => {
      const models = await findModels(manager, definitions);
      refuse(definitions.flatMap((wrapper) => located(wrapper, baseModelProblems(wrapper, models))));
      const planned = definitions.map((wrapper) => ({
        entry: toEntryContent('wrapper', closed(wrapper)),
        content: toWrapperContent(wrapper, (endpoint) => (models.get(endpoint) as CatalogEntry).id),
      }));
      return writeEntries(manager, actor?.userId ?? null, planned, wrapperStore);
    });
  }

  /**
   * Replaces one curated list whole, or with `onlyIfEmpty` only fills it the first time, so that a seed never undoes
   * a curator's work, not even an emptied list.
   *
   * @throws AppError `invalid_request` for endpoints that are unknown, hidden, of the other kind or twice in the list
   */
  async setRecommendations(
    actor: Actor | null,
    kind: EntryKind,
    category: Category,
    items: RecommendationList['items'],
    options: { onlyIfEmpty?: boolean } = {},
  ): Promise<void> {
    await this.change(async (manager) => {
      if (options.onlyIfEmpty && (await wasEverSet(manager, { kind, category }))) return;
      const entries = await findEntries(
        manager,
        items.map((item) => item.endpoint),
      );
      refuse(recommendationProblems(kind, category, items, entries));
      const rows = items.map(({ endpoint, note = '' }) => {
        return { entryId: (entries.get(endpoint) as CatalogEntry).id, note };
      });
      await writeList(manager, { kind, category }, rows, actor?.userId ?? null);
    });
  }

  /** Writers of the catalogue follow one another, so that what one has read stays true until it has written. */
  private async change<Result>(work: (manager: EntityManager) => Promise<Result>): Promise<Result> {
    const result = await this.transactions.run(async (manager) => {
      await manager.query(`SELECT pg_advisory_xact_lock(hashtext('catalog'))`);
      return work(manager);
    });
    await this.changes.announce();
    return result;
  }
}

function refuse(validationErrors: FieldError[]): void {
  if (validationErrors.length === 0) return;
  const [first] = validationErrors;
  const more = validationErrors.length > 1 ? ` (and ${validationErrors.length - 1} more)` : '';
  const message = `Nothing was written: ${first?.path} ${first?.message}${more}.`;
  throw new AppError('invalid_request', message, { validationErrors });
}

/** Puts the endpoint in front of each path: `modelrunner/upscale.inputSchema`. */
const located = (definition: { owner?: string; alias: string }, problems: FieldError[]): FieldError[] =>
  problems.map(({ path, message }) => ({ path: `${endpointOf(definition)}.${path}`, message }));

function repeated(definitions: { owner?: string; alias: string }[]): FieldError[] {
  const endpoints = definitions.map(endpointOf);
  const twice = new Set(endpoints.filter((endpoint, index) => endpoints.indexOf(endpoint) !== index));
  return [...twice].map((path) => ({ path, message: 'is defined twice' }));
}

async function findModels(manager: EntityManager, wrappers: WrapperDefinition[]): Promise<BaseModels> {
  const entries = await findEntries(manager, [
    ...new Set(wrappers.flatMap((wrapper) => wrapper.baseModels.map((base) => base.model))),
  ]);
  return new Map([...entries].filter(([, entry]) => entry.kind === 'model'));
}

function baseModelProblems({ baseModels, inputSchema }: WrapperDefinition, models: BaseModels): FieldError[] {
  return baseModels.flatMap((base, index): FieldError[] => {
    const model = models.get(base.model);
    if (!model)
      return [{ path: `baseModels.${index}.model`, message: `is no model of this catalogue: ${base.model}` }];
    const { promptField = 'prompt', fieldMappings = {} } = base;
    const problems = mappingProblems(inputSchema as JsonSchema, fieldMappings, {
      endpoint: base.model,
      inputSchema: model.inputSchema,
      promptField,
    });
    return problems.map(({ path, message }) => ({ path: `baseModels.${index}.${path}`, message }));
  });
}

/** What a wrapper does not declare would go through to the base model unseen, so its schema is closed. */
const closed = (wrapper: WrapperDefinition): WrapperDefinition => ({
  ...wrapper,
  inputSchema: { ...wrapper.inputSchema, additionalProperties: false },
});
