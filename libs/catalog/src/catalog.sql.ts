/** Entries that stand in lists, curated lists and search. */
const LISTED = `e.visibility = 'public' AND e.status = 'published'`;

/** A model stands for itself; a wrapper shows the price and the outputs of its default base model. */
const WITH_MODEL = `
  LEFT JOIN wrappers w ON w.id = e.id
  JOIN models m ON m.id = coalesce(w.default_base_model_id, e.id)`;

const SUMMARY = `json_build_object(
  'kind', e.kind, 'endpoint', e.owner || '/' || e.alias, 'name', e.name, 'category', e.category, 'task', e.task,
  'summary', e.summary, 'thumbnailUrl', e.thumbnail_url,
  'priceUnit', m.price_unit, 'priceAmount', m.price_amount::text)`;

/** $1 kind · $2 category or task, or null · $3 limit · $4 offset */
export const LIST_ENTRIES = `
  WITH hits AS (
    SELECT e.id, row_number() OVER (ORDER BY e.owner, e.alias) AS place
    FROM catalog_entries e
    WHERE ${LISTED} AND e.kind = $1 AND ($2::text IS NULL OR e.category = $2 OR e.task = $2)
  ), page AS (
    SELECT * FROM hits ORDER BY place LIMIT $3 OFFSET $4
  )
  SELECT (SELECT count(*)::int FROM hits) AS total,
    (SELECT coalesce(json_agg(${SUMMARY} ORDER BY page.place), '[]')
     FROM page JOIN catalog_entries e ON e.id = page.id ${WITH_MODEL}) AS items`;

/**
 * A word that no entry uses in any of its forms is a typing error: its nearest words take part in its place. Any word may match; more
 * and weightier matches come first, the exact endpoint before all, curated entries slightly ahead of equals.
 *
 * $1 query · $2 kind, or null for both · $3 category or task, or null · $4 limit · $5 offset
 */
export const SEARCH_ENTRIES = `
  WITH tokens AS (
    SELECT word, (ts_lexize('english_stem', word))[1] AS stem
    FROM unnest(tsvector_to_array(to_tsvector('simple', catalog_plain_text($1)))) AS word LIMIT 32
  ), terms AS (
    SELECT word FROM tokens
    UNION
    SELECT near.word FROM tokens
      CROSS JOIN LATERAL (
        SELECT w.word FROM catalog_words w WHERE w.word % tokens.word
        ORDER BY similarity(w.word, tokens.word) DESC, w.word LIMIT 3
      ) near
    WHERE length(tokens.stem) >= 3 AND NOT EXISTS (SELECT 1 FROM catalog_words w WHERE w.stem = tokens.stem)
  ), query AS MATERIALIZED (
    SELECT string_agg(nullif(plainto_tsquery('english', word)::text, ''), ' | ')::tsquery AS words FROM terms
  ), hits AS (
    SELECT e.id, row_number() OVER (ORDER BY
      (lower(trim($1)) IN (e.owner || '/' || e.alias, e.alias)) DESC,
      ts_rank('{0.2, 0.4, 0.7, 1.0}', e.search_document, query.words)
        * CASE WHEN EXISTS (SELECT 1 FROM recommendations r WHERE r.entry_id = e.id) THEN 1.1 ELSE 1 END DESC,
      e.owner, e.alias) AS place
    FROM query JOIN catalog_entries e ON e.search_document @@ query.words
    WHERE ${LISTED} AND ($2::text IS NULL OR e.kind = $2)
      AND ($3::text IS NULL OR e.category = $3 OR e.task = $3)
  ), page AS (
    SELECT * FROM hits ORDER BY place LIMIT $4 OFFSET $5
  )
  SELECT (SELECT count(*)::int FROM hits) AS total,
    (SELECT coalesce(json_agg(${SUMMARY} ORDER BY page.place), '[]')
     FROM page JOIN catalog_entries e ON e.id = page.id ${WITH_MODEL}) AS items`;

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
