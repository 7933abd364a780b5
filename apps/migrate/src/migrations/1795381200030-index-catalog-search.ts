import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An own inverted index (docs/adr/0007). Entries have numbers, counted up from 0; 2,048 numbers in a row are a segment.
 * `postings` of a term and a segment: the segment, the count, then for each listed entry that has the term, ascending,
 * one big-endian 16-bit code each: 11 bits of its number, 2 of the term's weight (0 is A), 1 for wrappers, 2 of category.
 * In base64, for the protocol to clients is one of text: bytes would be written as hexadecimal digits with each read, which
 * takes longer than all else that a read does. `size` is the count.
 *
 * `catalog_index_version` has one row, whose number changes with the index, so that readers know what belongs together.
 *
 * Terms are the words of the search documents, `=<task>`, `#<kind>`, `#<kind>:<category or task>` and `#curated`.
 */
const TABLES = `
  CREATE TABLE catalog_postings (
    term text NOT NULL,
    segment integer NOT NULL,
    size integer NOT NULL,
    postings text NOT NULL,
    CONSTRAINT pk_catalog_postings PRIMARY KEY (term, segment)
  );
  ALTER TABLE catalog_postings ALTER COLUMN postings SET STORAGE PLAIN;
  CREATE INDEX ix_catalog_postings_segment ON catalog_postings (segment);
  CREATE TABLE catalog_stale_segments (
    segment integer NOT NULL,
    CONSTRAINT pk_catalog_stale_segments PRIMARY KEY (segment)
  );
  CREATE TABLE catalog_index_version (version integer NOT NULL);
  INSERT INTO catalog_index_version VALUES (0);
  DROP INDEX ix_catalog_words_stem;`;

const NUMBERS = `
  ALTER TABLE catalog_entries ADD COLUMN number integer;
  UPDATE catalog_entries e SET number = numbered.number
    FROM (SELECT id, row_number() OVER (ORDER BY owner, alias) - 1 AS number FROM catalog_entries) numbered
    WHERE numbered.id = e.id;
  ALTER TABLE catalog_entries ALTER COLUMN number SET NOT NULL,
    ADD CONSTRAINT uq_catalog_entries_number UNIQUE (number);
  DROP INDEX ix_catalog_entries_search;
  DROP INDEX ix_catalog_entries_listing;
  CREATE INDEX ix_catalog_entries_alias ON catalog_entries (alias);
  CREATE INDEX ix_catalog_entries_name ON catalog_entries (lower(name));`;

const WORDS = `
    IF NEW.visibility = 'public' AND NEW.status = 'published' THEN
      INSERT INTO catalog_words (word, stem)
        SELECT word, (ts_lexize('english_stem', word))[1] FROM unnest(tsvector_to_array(to_tsvector('simple', catalog_plain_text(
          concat_ws(' ', NEW.owner, NEW.alias, NEW.name, NEW.task, NEW.category, NEW.summary, NEW.description))))) AS word
        WHERE length(word) BETWEEN 3 AND 40 AND ts_lexize('english_stem', word) <> '{}'
        ORDER BY word
      ON CONFLICT DO NOTHING;
    END IF;`;

/** The stemmer takes anime, animal and animate for one word, so two of them are kept as words that mean the same. */
const PLAIN_TEXT = `
  CREATE OR REPLACE FUNCTION catalog_plain_text(source text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT regexp_replace(regexp_replace(translate(source, '/-_.:@', '      '),
      '\\manimes?\\M', 'manga', 'gi'), '\\manimals?\\M', 'creature', 'gi') $$;`;

/** Numbers are given under the lock of all writers (below); a sequence would lose one with each row that stood there already. */
const DOCUMENT = `
  CREATE OR REPLACE FUNCTION catalog_fill_search_document() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF TG_OP = 'INSERT' THEN
      NEW.number := coalesce((SELECT max(number) + 1 FROM catalog_entries), 0);
    END IF;
    NEW.search_document :=
      setweight(to_tsvector('english', catalog_plain_text(NEW.name || ' ' || NEW.alias)), 'A') ||
      setweight(to_tsvector('english', catalog_plain_text(NEW.task)), 'B') ||
      setweight(to_tsvector('english', catalog_plain_text(NEW.summary || ' ' || NEW.owner || ' ' || NEW.category)), 'C') ||
      setweight(to_tsvector('english', catalog_plain_text(NEW.description)), 'D');
${WORDS}    RETURN NEW;
  END $$;`;

/**
 * Makes a segment anew from the entries' documents and writes what differs. The positions of a document go from weight
 * A to D, so the first weight of a word is its greatest.
 */
const INDEXING = `
  CREATE FUNCTION catalog_index_segment(wanted integer) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    WITH listed AS MATERIALIZED (
      SELECT id, number, kind, category, task, search_document,
        number & 2047 | CASE kind WHEN 'wrapper' THEN 8192 ELSE 0 END
          | CASE category WHEN 'image' THEN 16384 WHEN 'video' THEN 32768 WHEN 'utility' THEN 49152 ELSE 0 END AS code
      FROM catalog_entries
      WHERE number BETWEEN wanted * 2048 AND wanted * 2048 + 2047 AND visibility = 'public' AND status = 'published'
    ), found AS (
      SELECT word.lexeme AS term, number, code | ((ascii(coalesce(word.weights[1], 'D')) - 65) << 11) AS code
        FROM listed, unnest(search_document) AS word
      UNION ALL
      SELECT term, number, code
        FROM listed, unnest(ARRAY['#' || kind, '=' || task, '#' || kind || ':' || category,
          CASE WHEN task <> category THEN '#' || kind || ':' || task END]) AS term
        WHERE term IS NOT NULL
      UNION ALL
      SELECT '#curated', number, code FROM listed WHERE EXISTS (SELECT 1 FROM recommendations r WHERE r.entry_id = listed.id)
    ), packed AS MATERIALIZED (
      SELECT term, count(*)::int AS size,
        translate(encode(substr(int4send(wanted), 3) || substr(int4send(count(*)::int), 3)
          || string_agg(substr(int4send(code), 3), '' ORDER BY number), 'base64'), E'\\n', '') AS postings
      FROM found GROUP BY term
    ), gone AS (
      DELETE FROM catalog_postings p
      WHERE p.segment = wanted AND NOT EXISTS (SELECT 1 FROM packed WHERE packed.term = p.term)
    )
    INSERT INTO catalog_postings AS p (term, segment, size, postings)
    SELECT term, wanted, size, postings FROM packed
    ON CONFLICT (term, segment) DO UPDATE SET size = EXCLUDED.size, postings = EXCLUDED.postings WHERE p.postings <> EXCLUDED.postings;
  END $$;

  CREATE FUNCTION catalog_index_stale_segments() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE stale integer; any_stale boolean := false;
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('catalog'));
    FOR stale IN DELETE FROM catalog_stale_segments RETURNING segment LOOP
      PERFORM catalog_index_segment(stale);
      any_stale := true;
    END LOOP;
    IF any_stale THEN
      UPDATE catalog_index_version SET version = version + 1;
    END IF;
    RETURN NULL;
  END $$;`;

/**
 * Whoever writes takes the lock of the catalogue before any row: taken later, two writers could wait for each other.
 *
 * Rows only note the segment; at the end of the transaction each noted segment is indexed once.
 */
const TRIGGERS = `
  CREATE CONSTRAINT TRIGGER tr_catalog_stale_segments AFTER INSERT ON catalog_stale_segments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION catalog_index_stale_segments();

  CREATE FUNCTION catalog_lock() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('catalog'));
    RETURN NULL;
  END $$;
  CREATE TRIGGER tr_catalog_entries_lock BEFORE INSERT OR DELETE OR UPDATE ON catalog_entries
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_lock();
  CREATE TRIGGER tr_recommendations_lock BEFORE INSERT OR DELETE OR UPDATE ON recommendations
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_lock();

  CREATE FUNCTION catalog_note_entry() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO catalog_stale_segments VALUES (coalesce(NEW.number, OLD.number) >> 11) ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
  CREATE TRIGGER tr_catalog_entries_stale AFTER INSERT OR DELETE OR UPDATE ON catalog_entries
    FOR EACH ROW EXECUTE FUNCTION catalog_note_entry();

  CREATE FUNCTION catalog_note_recommendation() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO catalog_stale_segments
      SELECT DISTINCT number >> 11 FROM catalog_entries WHERE id IN (OLD.entry_id, NEW.entry_id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
  CREATE TRIGGER tr_recommendations_stale AFTER INSERT OR DELETE OR UPDATE ON recommendations
    FOR EACH ROW EXECUTE FUNCTION catalog_note_recommendation();

  CREATE FUNCTION catalog_forget_index() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM catalog_stale_segments;
    DELETE FROM catalog_postings WHERE TG_RELID = 'catalog_entries'::regclass OR term = '#curated';
    UPDATE catalog_index_version SET version = version + 1;
    RETURN NULL;
  END $$;
  CREATE TRIGGER tr_catalog_entries_truncate AFTER TRUNCATE ON catalog_entries
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_forget_index();
  CREATE TRIGGER tr_recommendations_truncate AFTER TRUNCATE ON recommendations
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_forget_index();`;

/** Letters that changed places leave few trigrams alone, so the bound is low. Words of entries that are gone are left out. */
const NEAR_WORDS = `
  CREATE FUNCTION catalog_near_words(given text) RETURNS SETOF text LANGUAGE sql STABLE
    SET pg_trgm.similarity_threshold = 0.2 AS $$
    SELECT word FROM catalog_words
    WHERE word % given AND abs(length(word) - length(given)) <= 2
      AND EXISTS (SELECT 1 FROM catalog_postings p WHERE p.term = stem)
    ORDER BY similarity(word, given) DESC, word LIMIT 12
  $$;`;

const FIRST_DOCUMENTS = `
  UPDATE catalog_entries SET name = name;
  SET CONSTRAINTS tr_catalog_stale_segments IMMEDIATE;
  SET CONSTRAINTS tr_catalog_stale_segments DEFERRED;`;

/** Search and lists read an inverted index that is kept by the transaction that changes the catalogue. */
export class IndexCatalogSearch1795381200030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of [
      TABLES,
      NUMBERS,
      PLAIN_TEXT,
      DOCUMENT,
      INDEXING,
      TRIGGERS,
      NEAR_WORDS,
      FIRST_DOCUMENTS,
    ])
      await runner.query(part);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE catalog_stale_segments, catalog_postings, catalog_index_version;
      DROP TRIGGER tr_catalog_entries_lock ON catalog_entries;
      DROP TRIGGER tr_recommendations_lock ON recommendations;
      DROP TRIGGER tr_catalog_entries_stale ON catalog_entries;
      DROP TRIGGER tr_catalog_entries_truncate ON catalog_entries;
      DROP TRIGGER tr_recommendations_stale ON recommendations;
      DROP TRIGGER tr_recommendations_truncate ON recommendations;
      DROP FUNCTION catalog_index_stale_segments(), catalog_index_segment(integer), catalog_note_entry(),
        catalog_note_recommendation(), catalog_forget_index(), catalog_lock(), catalog_near_words(text);
      CREATE INDEX ix_catalog_words_stem ON catalog_words (stem);
      DROP INDEX ix_catalog_entries_alias;
      DROP INDEX ix_catalog_entries_name;
      ALTER TABLE catalog_entries DROP COLUMN number;
      CREATE INDEX ix_catalog_entries_listing ON catalog_entries (kind, visibility, status, category);
      CREATE INDEX ix_catalog_entries_search ON catalog_entries USING gin (search_document);`);
    await runner.query(PLAIN_TEXT_BEFORE);
    await runner.query(DOCUMENT_BEFORE);
    await runner.query('UPDATE catalog_entries SET name = name');
  }
}

const PLAIN_TEXT_BEFORE = `
  CREATE OR REPLACE FUNCTION catalog_plain_text(source text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT translate(source, '/-_.:@', '      ') $$;`;

const DOCUMENT_BEFORE = `
  CREATE OR REPLACE FUNCTION catalog_fill_search_document() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.search_document :=
      setweight(to_tsvector('english', catalog_plain_text(NEW.name || ' ' || NEW.alias)), 'A') ||
      setweight(to_tsvector('english', catalog_plain_text(NEW.task || ' ' || NEW.category)), 'B') ||
      setweight(to_tsvector('english', catalog_plain_text(NEW.summary || ' ' || NEW.owner)), 'C') ||
      setweight(to_tsvector('english', catalog_plain_text(NEW.description)), 'D');
${WORDS}    RETURN NEW;
  END $$;`;
