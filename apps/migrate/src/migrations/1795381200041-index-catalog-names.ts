import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Administrators look for any part of a name or an endpoint; without an index that reads the whole catalogue. */
export class IndexCatalogNames1795381200041 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ix_catalog_entries_names ON catalog_entries
      USING gin ((name || ' ' || owner || '/' || alias) gin_trgm_ops)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_catalog_entries_names');
  }
}
