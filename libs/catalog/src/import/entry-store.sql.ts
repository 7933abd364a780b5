/** What stands at some endpoints. `$1`, `$2`: their owners and aliases. */
export const STANDING_ENTRIES = `
  SELECT d.entry_id AS id, d.kind, d.owner || '/' || d.alias AS endpoint, d.version, d.definition,
    coalesce(v.origin, 'release') AS origin
  FROM unnest($1::text[], $2::text[]) AS wanted (owner, alias)
  JOIN catalog_definitions d ON d.owner = wanted.owner AND d.alias = wanted.alias
  LEFT JOIN catalog_entry_versions v ON v.entry_id = d.entry_id AND v.version = d.version`;

/** Which of some endpoints belong to the other kind than `$3`. */
export const OTHER_KIND = `
  SELECT e.kind, e.owner || '/' || e.alias AS endpoint
  FROM unnest($1::text[], $2::text[]) AS wanted (owner, alias)
  JOIN catalog_entries e ON e.owner = wanted.owner AND e.alias = wanted.alias
  WHERE e.kind <> $3`;

/** Definitions with their ids, as a table. `$1`: a JSON array of them. */
const ENTRY_ROWS = `json_to_recordset($1::json) AS d (id uuid, owner text, alias text, name text, category text,
  task text, summary text, description text, "thumbnailUrl" text, "inputSchema" json, examples json, visibility text,
  status text)`;

/** `$2`: kind, `$3`: the user who owns them, or null. */
export const INSERT_ENTRIES = `
  INSERT INTO catalog_entries (id, kind, owner_id, owner, alias, name, category, task, summary, description,
    thumbnail_url, input_schema, examples, visibility, status)
  SELECT d.id, $2, $3::uuid, d.owner, d.alias, d.name, d.category, d.task, d.summary, d.description,
    d."thumbnailUrl", d."inputSchema", d.examples, d.visibility, d.status
  FROM ${ENTRY_ROWS}`;

export const UPDATE_ENTRIES = `
  UPDATE catalog_entries e SET name = d.name, category = d.category, task = d.task, summary = d.summary,
    description = d.description, thumbnail_url = d."thumbnailUrl", input_schema = d."inputSchema",
    examples = d.examples, visibility = d.visibility, status = d.status, version = e.version + 1, updated_at = now()
  FROM ${ENTRY_ROWS}
  WHERE e.id = d.id`;

export const UPSERT_MODELS = `
  INSERT INTO models (id, output_schema, price_unit, price_amount, typical_seconds, max_concurrency, engine,
    engine_settings)
  SELECT d.id, d."outputSchema", d.price->>'unit', (d.price->>'amountUsd')::numeric, d."typicalSeconds",
    d."maxConcurrency", d.engine, d."engineSettings"
  FROM json_to_recordset($1::json) AS d (id uuid, "outputSchema" json, price json, "typicalSeconds" double precision,
    "maxConcurrency" integer, engine text, "engineSettings" jsonb)
  ON CONFLICT (id) DO UPDATE SET output_schema = EXCLUDED.output_schema, price_unit = EXCLUDED.price_unit,
    price_amount = EXCLUDED.price_amount, typical_seconds = EXCLUDED.typical_seconds,
    max_concurrency = EXCLUDED.max_concurrency, engine = EXCLUDED.engine, engine_settings = EXCLUDED.engine_settings`;

/** Base models stand in definitions by endpoint, in tables by id. */
export const UPSERT_WRAPPERS = `
  INSERT INTO wrappers (id, prompt_template, template_context, default_base_model_id)
  SELECT d.id, d."promptTemplate", d."templateContext", m.id
  FROM json_to_recordset($1::json) AS d (id uuid, "promptTemplate" text, "templateContext" jsonb,
    "defaultBaseModel" text)
  JOIN catalog_entries m ON m.owner = split_part(d."defaultBaseModel", '/', 1)
    AND m.alias = split_part(d."defaultBaseModel", '/', 2)
  ON CONFLICT (id) DO UPDATE SET prompt_template = EXCLUDED.prompt_template,
    template_context = EXCLUDED.template_context, default_base_model_id = EXCLUDED.default_base_model_id`;

export const DELETE_BASE_MODELS = `
  DELETE FROM wrapper_base_models b USING json_to_recordset($1::json) AS d (id uuid) WHERE b.wrapper_id = d.id`;

export const INSERT_BASE_MODELS = `
  INSERT INTO wrapper_base_models (wrapper_id, model_id, position, prompt_field, field_mappings)
  SELECT d.id, m.id, base.position - 1, base.value->>'promptField', (base.value->'fieldMappings')::jsonb
  FROM json_to_recordset($1::json) AS d (id uuid, "baseModels" json)
  CROSS JOIN json_array_elements(d."baseModels") WITH ORDINALITY AS base (value, position)
  JOIN catalog_entries m ON m.owner = split_part(base.value->>'model', '/', 1)
    AND m.alias = split_part(base.value->>'model', '/', 2)`;

/** After every other write of a change. `$1`: ids, `$2`: origin, `$3`: the user who changed them, or null. */
export const INSERT_VERSIONS = `
  INSERT INTO catalog_entry_versions (entry_id, version, definition, origin, changed_by)
  SELECT entry_id, version, definition, $2, $3::uuid FROM catalog_definitions WHERE entry_id = ANY($1::uuid[])`;
