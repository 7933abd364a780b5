import type { Category, EntryKind, Example, JsonSchema, Price } from '../catalog.types.js';
import { propertiesOf } from '../schema/local-ref.js';
import type { EntryRow, ModelRow, SummaryRow } from '../catalog.repository.js';
import type { CompactField, CompactShape } from './compact-field.types.js';
import { compactFields, compactOutput, compactRules } from './compact-fields.js';
import type { Detail } from './detail.js';
import { priceText, toPrice } from './price.js';
import { shortText } from './short-text.js';
import { withinBudget } from './within-budget.js';

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
  /** What the inputs must fulfil together, a sentence each; left out when there is nothing. */
  rules?: string[];
  output: Record<string, CompactShape>;
  pricing: Price & { text: string };
  examples: Example[];
  /** How long a usual run takes. */
  typicalSeconds?: number;
  /** Says that something was left out to stay small, and where it stands. */
  note?: string;
}

/** As a model, and what it is made of. */
export interface WrapperView extends ModelView {
  /** `outputs` names the output fields of one that is not the default and gives others. */
  baseModels: { endpoint: string; isDefault: boolean; outputs?: string[] }[];
  /** At most 2,000 characters of it. */
  promptTemplate: string;
}

/** The schemas of an endpoint as they are. */
export interface RawSchema {
  endpoint: string;
  inputSchema: JsonSchema;
  /** Of the default base model, for a wrapper. */
  outputSchema: JsonSchema;
  /** Of a wrapper that can run on several: what each gives back. */
  baseModels?: { endpoint: string; isDefault: boolean; outputSchema: JsonSchema }[];
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

export const toModelView = (entry: EntryRow): ModelView => withinBudget((detail) => modelView(entry, detail));

export const toWrapperView = (entry: EntryRow): WrapperView =>
  withinBudget((detail) => wrapperView(entry, detail));

function modelView(entry: EntryRow, detail: Detail): ModelView {
  const model = defaultModel(entry);
  const price = toPrice(model);
  const rules = compactRules(entry.inputSchema);
  const examples = entry.examples.filter((example) => JSON.stringify(example).length <= detail.exampleLength);
  return {
    endpoint: entry.endpoint,
    name: entry.name,
    category: entry.category,
    task: entry.task,
    description: shortText(entry.description, detail.about),
    inputs: compactFields(entry.inputSchema, detail),
    ...(rules.length > 0 && { rules }),
    output: compactOutput(model.outputSchema, detail),
    pricing: { ...price, text: priceText(price) },
    examples: examples.slice(0, detail.examples),
    ...(model.typicalSeconds !== null && { typicalSeconds: model.typicalSeconds }),
  };
}

const MAX_TEMPLATE = 2000;

function wrapperView(entry: EntryRow, detail: Detail): WrapperView {
  const view = modelView(entry, detail);
  const template = entry.promptTemplate ?? '';
  const room = Math.min(MAX_TEMPLATE, detail.about);
  return {
    ...view,
    inputs: entry.models.length > 1 ? [...view.inputs, baseModelField(entry)] : view.inputs,
    baseModels: entry.models.map((model) => baseModelOf(entry, model)),
    promptTemplate: template.length > room ? `${template.slice(0, room - 1)}…` : template,
  };
}

function baseModelOf(entry: EntryRow, { endpoint, isDefault, outputSchema }: ModelRow) {
  const outputs = (schema: JsonSchema) => Object.keys(propertiesOf(schema, schema));
  const own = outputs(outputSchema);
  const usual = outputs(defaultModel(entry).outputSchema);
  const differs = own.join() !== usual.join();
  return { endpoint, isDefault, ...(differs && { outputs: own.slice(0, 20) }) };
}

export function toRawSchema(entry: EntryRow): RawSchema {
  const baseModels = entry.models.map(({ endpoint, isDefault, outputSchema }) => ({
    endpoint,
    isDefault,
    outputSchema,
  }));
  return {
    endpoint: entry.endpoint,
    inputSchema: entry.inputSchema,
    outputSchema: defaultModel(entry).outputSchema,
    ...(baseModels.length > 1 && { baseModels }),
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
