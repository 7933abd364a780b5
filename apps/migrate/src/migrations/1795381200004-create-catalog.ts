import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = `
  CREATE TABLE catalog_entries (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    kind text NOT NULL,
    owner text NOT NULL,
    alias text NOT NULL,
    owner_id uuid,
    name text NOT NULL,
    category text NOT NULL,
    task text NOT NULL,
    summary text NOT NULL,
    description text NOT NULL,
    thumbnail_url text,
    input_schema json NOT NULL,
    examples json NOT NULL,
    visibility text NOT NULL DEFAULT 'private',
    status text NOT NULL DEFAULT 'draft',
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    search_document tsvector NOT NULL,
    CONSTRAINT pk_catalog_entries PRIMARY KEY (id),
    CONSTRAINT uq_catalog_entries_endpoint UNIQUE (owner, alias),
    CONSTRAINT fk_catalog_entries_owner FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE SET NULL
  );
  CREATE TABLE models (
    id uuid NOT NULL,
    output_schema json NOT NULL,
    price_unit text NOT NULL,
    price_amount numeric(14,6) NOT NULL,
    typical_seconds double precision,
    engine text NOT NULL,
    engine_settings jsonb NOT NULL,
    CONSTRAINT pk_models PRIMARY KEY (id),
    CONSTRAINT fk_models_entry FOREIGN KEY (id) REFERENCES catalog_entries (id) ON DELETE CASCADE
  );
  CREATE TABLE wrappers (
    id uuid NOT NULL,
    prompt_template text NOT NULL,
    template_context jsonb NOT NULL,
    default_base_model_id uuid NOT NULL,
    CONSTRAINT pk_wrappers PRIMARY KEY (id),
    CONSTRAINT fk_wrappers_entry FOREIGN KEY (id) REFERENCES catalog_entries (id) ON DELETE CASCADE,
    CONSTRAINT fk_wrappers_default_base_model FOREIGN KEY (default_base_model_id) REFERENCES models (id) ON DELETE RESTRICT
  );
  CREATE TABLE wrapper_base_models (
    wrapper_id uuid NOT NULL,
    model_id uuid NOT NULL,
    position integer NOT NULL,
    prompt_field text,
    field_mappings jsonb NOT NULL,
    CONSTRAINT pk_wrapper_base_models PRIMARY KEY (wrapper_id, model_id),
    CONSTRAINT fk_wrapper_base_models_wrapper FOREIGN KEY (wrapper_id) REFERENCES wrappers (id) ON DELETE CASCADE,
    CONSTRAINT fk_wrapper_base_models_model FOREIGN KEY (model_id) REFERENCES models (id) ON DELETE RESTRICT
  );
  CREATE TABLE recommendations (
    kind text NOT NULL,
    category text NOT NULL,
    position integer NOT NULL,
    entry_id uuid NOT NULL,
    note text NOT NULL,
    CONSTRAINT pk_recommendations PRIMARY KEY (kind, category, position),
    CONSTRAINT uq_recommendations_entry UNIQUE (kind, category, entry_id),
    CONSTRAINT fk_recommendations_entry FOREIGN KEY (entry_id) REFERENCES catalog_entries (id) ON DELETE CASCADE
  );
  CREATE TABLE catalog_words (
    word text NOT NULL,
    stem text NOT NULL,
    CONSTRAINT pk_catalog_words PRIMARY KEY (word)
  );`;

const INDEXES = `
  CREATE INDEX ix_catalog_entries_listing ON catalog_entries (kind, visibility, status, category);
  CREATE INDEX ix_catalog_entries_owner ON catalog_entries (owner_id);
  CREATE INDEX ix_catalog_entries_search ON catalog_entries USING gin (search_document);
  CREATE INDEX ix_catalog_entries_alias_trigrams ON catalog_entries USING gin (alias gin_trgm_ops);
  CREATE INDEX ix_wrappers_default_base_model ON wrappers (default_base_model_id);
  CREATE INDEX ix_wrapper_base_models_model ON wrapper_base_models (model_id);
  CREATE INDEX ix_recommendations_entry ON recommendations (entry_id);
  CREATE INDEX ix_catalog_words_stem ON catalog_words (stem);
  CREATE INDEX ix_catalog_words_trigrams ON catalog_words USING gin (word gin_trgm_ops);`;

/**
 * - catalog_plain_text: PostgreSQL's parser reads "a/b" as a file name and "a-b" as one compound; people search for
 *   the parts, so the joints become spaces.
 * - catalog_words holds the vocabulary of all public texts. A query word that is not in it is a typing error, and
 *   its nearest neighbours by trigram are searched in its place. Rows never go away: a stale word costs nothing.
 */
const SEARCH = `
  CREATE FUNCTION catalog_plain_text(source text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT translate(source, '/-_.:@', '      ') $$;

  CREATE FUNCTION catalog_fill_search_document() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.search_document :=
      setweight(to_tsvector('english', catalog_plain_text(NEW.name || ' ' || NEW.alias)), 'A') ||
      setweight(to_tsvector('english', catalog_plain_text(NEW.task || ' ' || NEW.category)), 'B') ||
      setweight(to_tsvector('english', catalog_plain_text(NEW.summary || ' ' || NEW.owner)), 'C') ||
      setweight(to_tsvector('english', catalog_plain_text(NEW.description)), 'D');
    IF NEW.visibility = 'public' AND NEW.status = 'published' THEN
      INSERT INTO catalog_words (word, stem)
        SELECT word, (ts_lexize('english_stem', word))[1] FROM unnest(tsvector_to_array(to_tsvector('simple', catalog_plain_text(
          concat_ws(' ', NEW.owner, NEW.alias, NEW.name, NEW.task, NEW.category, NEW.summary, NEW.description))))) AS word
        WHERE length(word) BETWEEN 3 AND 40 AND ts_lexize('english_stem', word) <> '{}'
        ORDER BY word
      ON CONFLICT DO NOTHING;
    END IF;
    RETURN NEW;
  END $$;

  CREATE TRIGGER tr_catalog_entries_search_document
    BEFORE INSERT OR UPDATE OF owner, alias, name, task, category, summary, description, visibility, status
    ON catalog_entries FOR EACH ROW EXECUTE FUNCTION catalog_fill_search_document();`;

/** Models, wrappers and curated lists, with their search. */
export class CreateCatalog1795381200004 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
    await queryRunner.query(TABLES);
    await queryRunner.query(INDEXES);
    await queryRunner.query(SEARCH);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE catalog_words, recommendations, wrapper_base_models, wrappers, models, catalog_entries;
      DROP FUNCTION catalog_fill_search_document();
      DROP FUNCTION catalog_plain_text(text);`);
  }
}
