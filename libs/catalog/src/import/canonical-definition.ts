import { isDeepStrictEqual } from 'node:util';
import type { EntryKind, JsonObject } from '../catalog.types.js';
import { formatAmount } from '../views/price.js';
import { READ_ONLY_FIELDS } from './definition-schema.js';
import { DEFAULT_OWNER, type ModelDefinition, type WrapperDefinition } from './definitions.js';

/** A definition with every field filled in, in the form and order in which the catalogue gives it back. */
export type CanonicalDefinition = JsonObject & { owner: string; alias: string };

/** Fields whose own order means something: it is the order in which people and assistants see them. */
const ORDERED = new Set(['inputSchema', 'outputSchema', 'examples']);

/** Takes away what only readers get, and optional fields that are undefined or null. */
export function withoutReadOnly(definition: JsonObject): JsonObject {
  const readOnly: readonly string[] = READ_ONLY_FIELDS;
  return Object.fromEntries(
    Object.entries(definition).filter(([field, value]) => !readOnly.includes(field) && value != null),
  );
}

/** @param definition one without problems */
export function canonicalDefinition(kind: EntryKind, definition: JsonObject): CanonicalDefinition {
  // A plain copy as JSON keeps it: no class instances, no undefined.
  const copy = JSON.parse(JSON.stringify(definition)) as unknown;
  return kind === 'model'
    ? canonicalModel(copy as ModelDefinition)
    : canonicalWrapper(copy as WrapperDefinition);
}

function canonicalModel(model: ModelDefinition): CanonicalDefinition {
  return {
    ...sharedFields(model),
    inputSchema: model.inputSchema,
    outputSchema: model.outputSchema,
    examples: model.examples ?? [],
    price: { unit: model.price.unit, amountUsd: formatAmount(model.price.amountUsd) },
    typicalSeconds: model.typicalSeconds ?? null,
    maxConcurrency: model.maxConcurrency ?? null,
    engine: model.engine,
    engineSettings: model.engineSettings ?? {},
  };
}

function canonicalWrapper(wrapper: WrapperDefinition): CanonicalDefinition {
  return {
    ...sharedFields(wrapper),
    // What a wrapper does not declare would go through to the base model unseen, so its schema is closed.
    inputSchema: { ...wrapper.inputSchema, additionalProperties: false },
    examples: wrapper.examples ?? [],
    promptTemplate: wrapper.promptTemplate ?? '',
    templateContext: wrapper.templateContext ?? {},
    baseModels: wrapper.baseModels.map(({ model, promptField = 'prompt', fieldMappings = {} }) => {
      return { model, promptField, fieldMappings };
    }),
    defaultBaseModel: wrapper.defaultBaseModel ?? wrapper.baseModels[0]?.model,
  };
}

function sharedFields(definition: ModelDefinition | WrapperDefinition) {
  return {
    owner: definition.owner ?? DEFAULT_OWNER,
    alias: definition.alias,
    name: definition.name,
    category: definition.category,
    task: definition.task,
    summary: definition.summary,
    description: definition.description,
    thumbnailUrl: definition.thumbnailUrl ?? null,
    visibility: definition.visibility ?? 'public',
    status: definition.status ?? 'published',
  };
}

/** The names of the fields in which two whole definitions differ. */
export function changedFields(before: JsonObject, after: JsonObject): string[] {
  return Object.keys(after).filter((field) => {
    if (!isDeepStrictEqual(before[field], after[field])) return true;
    return ORDERED.has(field) && JSON.stringify(before[field]) !== JSON.stringify(after[field]);
  });
}
