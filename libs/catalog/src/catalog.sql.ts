import { LISTED, SUMMARY, WITH_MODEL } from './search/summary.sql.js';

/** $1 kind · $2 category. An entry that is hidden after it was recommended is left out. */
export const LIST_RECOMMENDED = `
  SELECT ${SUMMARY} AS summary, r.note
  FROM recommendations r JOIN catalog_entries e ON e.id = r.entry_id ${WITH_MODEL}
  WHERE r.kind = $1 AND r.category = $2 AND ${LISTED}
  ORDER BY r.position
  LIMIT 50`;

const MODEL = (entry: string, model: string) => `
  'modelId', ${model}.id, 'endpoint', ${entry}.owner || '/' || ${entry}.alias, 'version', ${entry}.version,
  'inputSchema', ${entry}.input_schema, 'outputSchema', ${model}.output_schema,
  'priceUnit', ${model}.price_unit, 'priceAmount', ${model}.price_amount::text,
  'typicalSeconds', ${model}.typical_seconds, 'engine', ${model}.engine, 'engineSettings', ${model}.engine_settings`;

/**
 * One entry with all that a call needs, in one read. An entry of others is there when it is published and not
 * private.
 *
 * $1 owner · $2 alias · $3 id of the user who asks
 */
export const FIND_ENTRY = `
  SELECT e.id, e.kind, e.version, e.owner || '/' || e.alias AS endpoint, e.name, e.category, e.task, e.description,
    (e.status = 'published' AND e.visibility <> 'private') AS "isForAll", e.input_schema AS "inputSchema", e.examples, w.prompt_template AS "promptTemplate",
    w.template_context AS "templateContext",
    CASE WHEN w.id IS NULL
      THEN (SELECT json_build_array(json_build_object(${MODEL('e', 'm')}, 'isDefault', true))
            FROM models m WHERE m.id = e.id)
      ELSE (SELECT json_agg(json_build_object(${MODEL('be', 'm')}, 'isDefault', b.model_id = w.default_base_model_id,
              'promptField', b.prompt_field, 'fieldMappings', b.field_mappings) ORDER BY b.position)
            FROM wrapper_base_models b JOIN models m ON m.id = b.model_id JOIN catalog_entries be ON be.id = m.id
            WHERE b.wrapper_id = w.id)
    END AS models
  FROM catalog_entries e LEFT JOIN wrappers w ON w.id = e.id
  WHERE e.owner = $1 AND e.alias = $2
    AND ((e.status = 'published' AND e.visibility <> 'private') OR e.owner_id = $3)`;

/** $1 owner, '' when unknown · $2 alias */
export const NEAREST_ENDPOINTS = `
  SELECT e.owner || '/' || e.alias AS endpoint
  FROM catalog_entries e
  WHERE ${LISTED} AND e.alias % $2
  ORDER BY similarity(e.alias, $2) + 0.3 * similarity(e.owner, $1) DESC, e.owner, e.alias
  LIMIT 3`;
