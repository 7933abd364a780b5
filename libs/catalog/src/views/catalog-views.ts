import type { Category, EntryKind, Example, Price } from '../catalog.types.js';
import type { EntryRow, ModelRow, SummaryRow } from '../catalog.repository.js';
import { compactFields, compactOutput, type CompactField } from './compact-fields.js';
import { priceText, toPrice } from './price.js';

/** A line of a list. */
export interface EntrySummary {
  endpoint: string;
  name: string;
  category: Category;
  task: string;
  summary: string;
  price: Price;
  thumbnailUrl?: string;
}

/** A line of a curated list, with the curator's word on it. */
export interface RecommendedItem extends EntrySummary {
  note: string;
}

/** A line of the search over both kinds. */
export interface SearchResult extends EntrySummary {
  kind: EntryKind;
}

/** Everything that a language model needs to call a model, and no more. */
export interface ModelView {
  endpoint: string;
  name: string;
  category: Category;
  task: string;
  description: string;
  inputs: CompactField[];
  output: ReturnType<typeof compactOutput>;
  pricing: Price & { text: string };
  examples: Example[];
  /** How long a usual run takes. */
  typicalSeconds?: number;
}

/** As a model, and what it is made of. */
export interface WrapperView extends ModelView {
  baseModels: { endpoint: string; isDefault: boolean }[];
  promptTemplate: string;
}

export function toSummary(row: SummaryRow): EntrySummary {
  return {
    endpoint: row.endpoint,
    name: row.name,
    category: row.category,
    task: row.task,
    summary: row.summary,
    price: toPrice(row),
    ...(row.thumbnailUrl !== null && { thumbnailUrl: row.thumbnailUrl }),
  };
}

/** The model that runs when the caller names none. */
export function defaultModel(entry: EntryRow): ModelRow {
  const model = entry.models.find((candidate) => candidate.isDefault) ?? entry.models[0];
  if (!model) throw new Error(`${entry.endpoint} has no model`);
  return model;
}

export function toModelView(entry: EntryRow): ModelView {
  const model = defaultModel(entry);
  const price = toPrice(model);
  return {
    endpoint: entry.endpoint,
    name: entry.name,
    category: entry.category,
    task: entry.task,
    description: entry.description,
    inputs: compactFields(entry.inputSchema),
    output: compactOutput(model.outputSchema),
    pricing: { ...price, text: priceText(price) },
    examples: entry.examples,
    ...(model.typicalSeconds !== null && { typicalSeconds: model.typicalSeconds }),
  };
}

export function toWrapperView(entry: EntryRow): WrapperView {
  const view = toModelView(entry);
  const baseModels = entry.models.map(({ endpoint, isDefault }) => ({ endpoint, isDefault }));
  return {
    ...view,
    inputs: baseModels.length > 1 ? [...view.inputs, baseModelField(entry)] : view.inputs,
    baseModels,
    promptTemplate: entry.promptTemplate ?? '',
  };
}

/** Not part of the wrapper's own schema, which may not declare it. */
function baseModelField(entry: EntryRow): CompactField {
  return {
    name: 'base_model',
    type: 'string',
    required: false,
    default: defaultModel(entry).endpoint,
    enum: entry.models.map((model) => model.endpoint),
    description: 'Which model runs.',
  };
}
