import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSource, getMetadataArgsStorage } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { migrations } from './migrations/index.js';

const LIBS = join(import.meta.dirname, '../../../libs');

/** Loads every entity file of every lib, so that one which nobody listed is compared too. */
async function loadEntities(): Promise<string[]> {
  const files = (await readdir(LIBS, { recursive: true })).filter((file) => file.endsWith('.entity.ts'));
  for (const file of files) await import(join(LIBS, file));
  return files;
}

describe('schema', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let entityFiles: string[];

  beforeAll(async () => {
    database = await createTestDatabase();
    entityFiles = await loadEntities();
    const entities = getMetadataArgsStorage().tables.map((table) => table.target);
    dataSource = new DataSource({
      type: 'postgres',
      url: database.url,
      entities,
      migrations,
      installExtensions: false,
    });
    await dataSource.initialize();
  });

  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  it('is what the entities say, column by column and index by index', async () => {
    expect(dataSource.entityMetadatas.length).toBeGreaterThanOrEqual(entityFiles.length);
    const statements = await dataSource.driver.createSchemaBuilder().log();
    expect(statements.upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('has every migration of the folder in the list', async () => {
    const files = (await readdir(join(import.meta.dirname, 'migrations'))).filter((file) =>
      /^\d{13}-/.test(file),
    );
    const stamps = migrations.map(({ name }) => /\d{13}$/.exec(name)?.[0]);
    expect(stamps).toEqual(files.map((file) => file.slice(0, 13)).sort());
    expect(await dataSource.showMigrations()).toBe(false);
  });

  it('can be taken back to nothing and built again', async () => {
    for (let left = migrations.length; left > 0; left--) await dataSource.undoLastMigration();
    const tables = await dataSource.query<{ name: string }[]>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`,
    );
    expect(tables.map(({ name }) => name)).toEqual(['migrations']);
    await dataSource.runMigrations();
    expect((await dataSource.driver.createSchemaBuilder().log()).upQueries).toEqual([]);
  });
});
