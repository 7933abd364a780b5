import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { AppError } from '#libs/errors';
import type { Category, EntryKind } from './catalog.types.js';
import { CatalogWriter, type ChangeContext } from './changes/catalog-writer.service.js';
import { isListed, recommendationProblems } from './curation/recommendation-rules.js';
import { wasEverSet, writeList } from './curation/recommendation-store.js';
import { CatalogEntry } from './entities/catalog-entry.entity.js';
import { baseModelProblems } from './import/base-model-check.js';
import { type BrokenWrapper, brokenWrappers, refuseBroken } from './import/broken-wrappers.js';
import type {
  ImportReport,
  ModelDefinition,
  RecommendationList,
  WrapperDefinition,
} from './import/definitions.js';
import { endpointOf } from './import/definitions.js';
import { otherKindProblems } from './import/entry-store.js';
import { findEntries } from './import/find-entries.js';
import { KnownEngines } from './import/known-engines.service.js';
import { StagedImport } from './import/staged-import.js';

type Rows<Definition> = Iterable<Definition> | AsyncIterable<unknown>;

const BY_OPERATOR: ChangeContext = { ip: null, origin: 'operator' };

/**
 * Brings definitions into the catalogue: idempotent by endpoint, a new version only for what changed, and all or
 * nothing. The actor owns what is created; null stands for the installation itself or an operator's command.
 */
@Injectable()
export class CatalogImporter {
  constructor(
    private readonly writer: CatalogWriter,
    private readonly engines: KnownEngines,
  ) {}

  /**
   * @throws AppError `invalid_request` with every problem of every row (the first 1,000, and how many there are);
   *   `conflict` for models that wrappers would not fit any more, unless it is forced
   */
  importModels(
    actor: Actor | null,
    rows: Rows<ModelDefinition>,
    context: ChangeContext = BY_OPERATOR,
  ): Promise<ImportReport> {
    return this.importRows(actor, 'model', rows, context);
  }

  /** @throws AppError as {@link importModels}; base models must be in the catalogue already */
  importWrappers(
    actor: Actor | null,
    rows: Rows<WrapperDefinition>,
    context: ChangeContext = BY_OPERATOR,
  ): Promise<ImportReport> {
    return this.importRows(actor, 'wrapper', rows, context);
  }

  /**
   * Replaces one curated list whole, or with `onlyIfEmpty` only fills it the first time, so that a seed never undoes
   * a curator's work, not even an emptied list; what cannot be recommended, because people hid or replaced it, is left
   * out then.
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
    await this.writer.change(async (manager) => {
      if (options.onlyIfEmpty && (await wasEverSet(manager, { kind, category }))) return;
      const endpoints = items.map((item) => item.endpoint);
      const entries = await findEntries(manager, endpoints);
      const taken = options.onlyIfEmpty
        ? items.filter(({ endpoint }) => isShown(entries.get(endpoint), kind))
        : items;
      const validationErrors = recommendationProblems(kind, category, taken, entries);
      if (validationErrors.length > 0)
        throw new AppError('invalid_request', 'The list cannot be taken as it is.', { validationErrors });
      const rows = taken.map(({ endpoint, note = '' }) => {
        return { entryId: (entries.get(endpoint) as CatalogEntry).id, note };
      });
      await writeList(manager, { kind, category }, rows, actor?.userId ?? null);
    });
  }

  /** All checks that need no lock come before it is taken; a bad row takes it only to look for more of them. */
  private async importRows(
    actor: Actor | null,
    kind: EntryKind,
    rows: Iterable<unknown> | AsyncIterable<unknown>,
    context: ChangeContext,
  ): Promise<ImportReport> {
    const staged = await StagedImport.of(kind, rows, this.engines);
    return this.writer.change(async (manager) => {
      const { left, broken } = await checkTogether(manager, kind, staged, context);
      staged.problems.refuse();
      if (!context.force) refuseBroken(broken);
      const report: ImportReport = { created: 0, updated: 0, unchanged: 0, kept: left.size, rows: [] };
      for await (const { definitions } of staged.batches()) {
        const taken = definitions.filter((definition) => !left.has(endpointOf(definition)));
        const written = await this.writer.write(manager, actor, kind, taken, context, broken);
        for (const { endpoint, outcome, version } of written) {
          report[outcome] += 1;
          report.rows.push({ endpoint, outcome, version });
        }
      }
      return report;
    });
  }
}

/**
 * What only the catalogue can tell of the rows: endpoints of the other kind, base models, wrappers that would break. A
 * release must not fail for what people did, nor break it: such rows of it are left out. Its own wrappers it brings along.
 *
 * @returns the endpoints that are left out, and the wrappers that the others break
 */
async function checkTogether(
  manager: EntityManager,
  kind: EntryKind,
  staged: StagedImport,
  { origin }: ChangeContext,
): Promise<{ left: Set<string>; broken: BrokenWrapper[] }> {
  const left = new Set<string>();
  const broken: BrokenWrapper[] = [];
  for await (const { definitions, indexes } of staged.batches()) {
    const taken = await otherKindProblems(manager, kind, definitions);
    const misfits = kind === 'wrapper' ? await baseModelProblems(manager, definitions) : [];
    for (const found of kind === 'model' ? await brokenWrappers(manager, definitions) : []) {
      if (origin !== 'release') broken.push(found);
      else if (found.origin !== 'release') left.add(found.model);
    }
    definitions.forEach((definition, place) => {
      const endpoint = endpointOf(definition);
      const problems = [...(taken.get(endpoint) ?? []), ...(misfits[place] ?? [])];
      if (problems.length > 0 && origin === 'release') left.add(endpoint);
      else staged.problems.add(indexes[place] as number, endpoint, problems);
    });
  }
  return { left, broken };
}

const isShown = (entry: CatalogEntry | undefined, kind: EntryKind): boolean =>
  entry?.kind === kind && isListed(entry);
