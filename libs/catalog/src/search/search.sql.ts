import { LISTED, SUMMARY, WITH_MODEL } from './summary.sql.js';

/** For one row of `page` after the other: the planner expects many, and would read the whole table for them. */
const ONE_SUMMARY = `
  SELECT ${SUMMARY} AS summary FROM catalog_entries e ${WITH_MODEL} WHERE e.number = page.number AND ${LISTED} LIMIT 1`;

/**
 * The segments' counts tell where the page begins, so only the codes of the page are looked at.
 *
 * $1 term of the list · $2 limit · $3 offset
 */
export const LIST_PAGE = `
  WITH segments AS MATERIALIZED (
    SELECT segment, size, sum(size) OVER (ORDER BY segment) - size AS before FROM catalog_postings WHERE term = $1
  ), looked_at AS MATERIALIZED (
    SELECT s.*, decode(p.postings, 'base64') AS codes
    FROM segments s JOIN catalog_postings p ON p.term = $1 AND p.segment = s.segment
    WHERE s.before < $3::int + $2::int AND s.before + s.size > $3::int
  ), page AS (
    SELECT segment * 2048 + ((get_byte(codes, 4 + 2 * place) << 8 | get_byte(codes, 5 + 2 * place)) & 2047) AS number
    FROM looked_at CROSS JOIN LATERAL generate_series(
      greatest($3::int - before, 0)::int, least($3::int + $2::int - before, size)::int - 1) AS place
  )
  SELECT (SELECT coalesce(sum(size), 0)::int FROM segments) AS total,
    (SELECT coalesce(json_agg(entry.summary ORDER BY page.number), '[]')
     FROM page CROSS JOIN LATERAL (${ONE_SUMMARY}) entry) AS items`;

/** Many entries may have one name. */
const MOST_NAMED = 1_000;

/**
 * Postings of each term, with a space between its segments, and in a row without a term the numbers of the entries that the
 * query names, the greatest number, and the index's version.
 *
 * $1 terms · $2 alias · $3 owner, or null for any · $4 kind, or null for both · $5 category or task, or null · $6 name in small
 * letters
 */
export const READ_POSTINGS = `
  SELECT term, string_agg(postings, ' ') AS postings, null::int[] AS exact, null::int AS greatest, null::int AS version
  FROM catalog_postings WHERE term = ANY($1::text[]) GROUP BY term
  UNION ALL
  SELECT null, null, ARRAY(SELECT e.number FROM catalog_entries e
      WHERE (e.alias = $2 AND ($3::text IS NULL OR e.owner = $3) OR lower(e.name) = $6) AND ${LISTED}
        AND ($4::text IS NULL OR e.kind = $4) AND ($5::text IS NULL OR e.category = $5 OR e.task = $5)
      ORDER BY e.number LIMIT ${MOST_NAMED}),
    (SELECT max(number) FROM catalog_entries), (SELECT version FROM catalog_index_version)`;

/** $1 numbers, in the order in which they are to come */
export const READ_SUMMARIES = `
  SELECT coalesce(json_agg(entry.summary ORDER BY page.place), '[]') AS items,
    (SELECT version FROM catalog_index_version) AS version
  FROM unnest($1::int[]) WITH ORDINALITY AS page (number, place) CROSS JOIN LATERAL (${ONE_SUMMARY}) entry`;

/** $1 words as they are written. The stem of a stop word is null. */
export const READ_STEMS = `
  SELECT word, (ts_lexize('english_stem', catalog_plain_text(word)))[1] AS stem FROM unnest($1::text[]) AS word`;

/** $1 stems that no entry has */
export const NEAR_WORDS = `
  SELECT given, array_agg(near) AS words FROM unnest($1::text[]) AS given, catalog_near_words(given) AS near GROUP BY given`;
