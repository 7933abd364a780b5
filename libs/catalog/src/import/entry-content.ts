import { Decimal } from 'decimal.js';
import type { CatalogEntry } from '../entities/catalog-entry.entity.js';
import type { Model } from '../entities/model.entity.js';
import type { WrapperBaseModel } from '../entities/wrapper-base-model.entity.js';
import type { Wrapper } from '../entities/wrapper.entity.js';
import { DEFAULT_OWNER, type ModelDefinition, type WrapperDefinition } from './definitions.js';

/** Columns that a definition sets; ids, owner, version and times are the catalogue's own. */
export type EntryContent = Omit<
  CatalogEntry,
  'id' | 'ownerId' | 'version' | 'createdAt' | 'updatedAt' | 'searchDocument'
>;
export type ModelContent = Omit<Model, 'id'>;
export interface WrapperContent {
  wrapper: Omit<Wrapper, 'id'>;
  baseModels: Omit<WrapperBaseModel, 'wrapperId'>[];
}

/** The shared columns of a definition, in the form in which the database gives them back. */
export function toEntryContent(
  kind: CatalogEntry['kind'],
  definition: ModelDefinition | WrapperDefinition,
): EntryContent {
  return {
    kind,
    owner: definition.owner ?? DEFAULT_OWNER,
    alias: definition.alias,
    name: definition.name,
    category: definition.category,
    task: definition.task,
    summary: definition.summary,
    description: definition.description,
    thumbnailUrl: definition.thumbnailUrl ?? null,
    inputSchema: plainJson(definition.inputSchema) as CatalogEntry['inputSchema'],
    examples: plainJson(definition.examples ?? []),
    visibility: definition.visibility ?? 'public',
    status: definition.status ?? 'published',
  };
}

export function toModelContent(definition: ModelDefinition): ModelContent {
  return {
    outputSchema: plainJson(definition.outputSchema) as Model['outputSchema'],
    priceUnit: definition.price.unit,
    priceAmount: new Decimal(definition.price.amountUsd).toFixed(6),
    typicalSeconds: definition.typicalSeconds ?? null,
    maxConcurrency: definition.maxConcurrency ?? null,
    engine: definition.engine,
    engineSettings: plainJson(definition.engineSettings ?? {}),
  };
}

/** @param idOf the id of a base model by its endpoint */
export function toWrapperContent(
  wrapper: WrapperDefinition,
  idOf: (endpoint: string) => string,
): WrapperContent {
  const { promptTemplate = '', templateContext = {}, baseModels } = wrapper;
  const defaultModel = wrapper.defaultBaseModel ?? baseModels[0]?.model ?? '';
  return {
    wrapper: {
      promptTemplate,
      templateContext: plainJson(templateContext),
      defaultBaseModelId: idOf(defaultModel),
    },
    baseModels: baseModels.map(({ model, promptField = 'prompt', fieldMappings = {} }, position) => ({
      modelId: idOf(model),
      position,
      promptField,
      fieldMappings: plainJson(fieldMappings),
    })),
  };
}

/** A plain copy as JSON keeps it: no class instances, no undefined. */
const plainJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
