import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An entry as one JSON text, in the form in which it is imported. What reads a definition and what keeps one for the
 * history both take it from here, so that they cannot differ.
 */
const DEFINITIONS = `
  CREATE VIEW catalog_definitions AS
  SELECT e.id AS entry_id, e.kind, e.owner, e.alias, e.version,
    CASE e.kind WHEN 'model' THEN json_build_object(
      'owner', e.owner, 'alias', e.alias, 'name', e.name, 'category', e.category, 'task', e.task,
      'summary', e.summary, 'description', e.description, 'thumbnailUrl', e.thumbnail_url,
      'visibility', e.visibility, 'status', e.status,
      'inputSchema', e.input_schema, 'outputSchema', m.output_schema, 'examples', e.examples,
      'price', json_build_object('unit', m.price_unit, 'amountUsd',
        round(m.price_amount, greatest(4, min_scale(m.price_amount)))::text),
      'typicalSeconds', m.typical_seconds, 'maxConcurrency', m.max_concurrency,
      'engine', m.engine, 'engineSettings', m.engine_settings)
    ELSE json_build_object(
      'owner', e.owner, 'alias', e.alias, 'name', e.name, 'category', e.category, 'task', e.task,
      'summary', e.summary, 'description', e.description, 'thumbnailUrl', e.thumbnail_url,
      'visibility', e.visibility, 'status', e.status,
      'inputSchema', e.input_schema, 'examples', e.examples,
      'promptTemplate', w.prompt_template, 'templateContext', w.template_context,
      'baseModels', (
        SELECT json_agg(json_build_object('model', b.owner || '/' || b.alias,
          'promptField', wb.prompt_field, 'fieldMappings', wb.field_mappings) ORDER BY wb.position)
        FROM wrapper_base_models wb JOIN catalog_entries b ON b.id = wb.model_id WHERE wb.wrapper_id = e.id),
      'defaultBaseModel', (
        SELECT b.owner || '/' || b.alias FROM catalog_entries b WHERE b.id = w.default_base_model_id))
    END AS definition
  FROM catalog_entries e LEFT JOIN models m ON m.id = e.id LEFT JOIN wrappers w ON w.id = e.id`;

/** Every version of a model or a wrapper, with who made it and when. */
export class AddCatalogVersions1795381200031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(DEFINITIONS);
    await runner.query(`
      CREATE TABLE catalog_entry_versions (
        entry_id uuid NOT NULL,
        version integer NOT NULL,
        definition json NOT NULL,
        origin text NOT NULL,
        changed_by uuid,
        changed_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_catalog_entry_versions PRIMARY KEY (entry_id, version),
        CONSTRAINT fk_catalog_entry_versions_entry FOREIGN KEY (entry_id)
          REFERENCES catalog_entries (id) ON DELETE CASCADE
      )`);
    // What stands is where the history begins. Until now only releases wrote entries that nobody owns.
    await runner.query(`
      INSERT INTO catalog_entry_versions (entry_id, version, definition, origin, changed_by, changed_at)
      SELECT d.entry_id, d.version, d.definition,
        CASE WHEN e.owner_id IS NULL THEN 'release' ELSE 'operator' END, e.owner_id, e.updated_at
      FROM catalog_definitions d JOIN catalog_entries e ON e.id = d.entry_id`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE catalog_entry_versions');
    await runner.query('DROP VIEW catalog_definitions');
  }
}
