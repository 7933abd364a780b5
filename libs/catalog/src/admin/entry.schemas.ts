import { schemas } from '#libs/http';
import { CATEGORIES, type JsonSchema, STATUSES, VISIBILITIES } from '../catalog.types.js';
import { type DefinitionSchema, MODEL_DEFINITION, WRAPPER_DEFINITION } from '../import/definition-schema.js';
import type { ImportReport } from '../import/definitions.js';
import type { EntryFacts, EntrySummary, VersionDetailView, VersionView } from './entry-view.js';

const { count, listOf, oneOf, orNull, text, time, uuid } = schemas;

const endpoint = schemas.like('modelrunner/upscale');

const FACTS: Record<keyof EntryFacts, JsonSchema> = {
  id: uuid,
  endpoint,
  version: count,
  ownerId: orNull(uuid),
  createdAt: time,
  updatedAt: time,
};

const READ_ONLY = Object.fromEntries(
  Object.entries(FACTS).map(([name, schema]) => [name, { ...schema, readOnly: true }]),
);

const SUMMARY_SCHEMA = schemas.view<EntrySummary>('EntrySummary', {
  ...FACTS,
  name: text,
  category: oneOf(CATEGORIES),
  task: text,
  summary: text,
  visibility: oneOf(VISIBILITIES),
  status: oneOf(STATUSES),
});

const VERSION_FIELDS: Record<keyof VersionView, JsonSchema> = {
  version: count,
  changedAt: time,
  origin: oneOf(['release', 'operator']),
  changedBy: orNull(uuid),
  changedByEmail: orNull(schemas.email),
};

const IMPORTED_ROW = schemas.view<ImportReport['rows'][number]>('ImportedRow', {
  endpoint,
  outcome: oneOf(['created', 'updated', 'unchanged', 'kept']),
  version: count,
});

const SHARED_ANSWERS = {
  list: schemas.pageOf(SUMMARY_SCHEMA),
  versions: schemas.pageOf(schemas.view<VersionView>('EntryVersion', VERSION_FIELDS)),
  version: schemas.view<VersionDetailView>('EntryVersionDetail', {
    ...VERSION_FIELDS,
    definition: schemas.object,
  }),
  report: schemas.view<ImportReport>('ImportReport', {
    created: count,
    updated: count,
    unchanged: count,
    kept: count,
    rows: listOf(IMPORTED_ROW),
  }),
};

export const MODEL_SCHEMAS = entrySchemas('Model', 'models', MODEL_DEFINITION);
export const WRAPPER_SCHEMAS = entrySchemas('Wrapper', 'wrappers', WRAPPER_DEFINITION);

/** What the routes of one kind read and answer, made from what the catalogue checks definitions with. */
function entrySchemas(title: string, field: 'models' | 'wrappers', definition: DefinitionSchema) {
  const { properties, required } = definition;
  const body = { ...definition, properties: { ...READ_ONLY, ...properties } };
  const list = listOf(body);
  return {
    ...SHARED_ANSWERS,
    /** An entry as it is read: every field is there. */
    entry: {
      ...definition,
      title,
      properties: { ...FACTS, ...properties },
      required: [...Object.keys(FACTS), ...Object.keys(properties)],
    },
    /** A whole definition. What a reader adds may come back with it. */
    body,
    /** Single fields; null takes an optional one away. */
    patch: {
      ...body,
      title: `${title}Patch`,
      properties: { ...READ_ONLY, ...withNulls(properties, required) },
      required: [],
    },
    import: {
      anyOf: [
        {
          title: `${title}Import`,
          type: 'object',
          properties: { [field]: list },
          required: [field],
          additionalProperties: false,
        },
        list,
      ],
    },
  };
}

function withNulls(properties: DefinitionSchema['properties'], required: readonly string[]) {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      required.includes(name) ? schema : orNull(schema),
    ]),
  );
}
