import { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { migrations } from './migrations/index.js';

const INDEX = 'IndexCatalogSearch1795381200030';

let database: TestDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = new DataSource({ type: 'postgres', url: database.url, migrations, installExtensions: false });
  await dataSource.initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

async function backToBeforeTheIndex(): Promise<void> {
  const after = migrations.slice(migrations.findIndex(({ name }) => name === INDEX));
  for (let left = after.length; left > 0; left -= 1)
    await dataSource.undoLastMigration({ transaction: 'each' });
}

const insert = (owner: string, from: number, to: number) =>
  dataSource.query(
    `INSERT INTO catalog_entries (kind, owner, alias, name, category, task, summary, description, input_schema, examples, visibility, status)
     SELECT 'model', $1, 'entry-' || n, 'Entry ' || n, 'image', 'image-to-image', 'Anime of animals.', 'd', '{}', '[]',
       CASE WHEN n % 10 = 0 THEN 'unlisted' ELSE 'public' END, 'published'
     FROM generate_series($2::int, $3::int) AS n`,
    [owner, from, to],
  );
const count = async (what: string, parameters: unknown[] = []) =>
  (await dataSource.query<{ count: number }[]>(`SELECT count(*)::int AS count FROM ${what}`, parameters))[0]
    ?.count;
const posted = async (term: string) =>
  (
    await dataSource.query<{ count: number }[]>(
      'SELECT coalesce(sum(size), 0)::int AS count FROM catalog_postings WHERE term = $1',
      [term],
    )
  )[0]?.count;

it('an upgrade indexes the entries that are there, and can be taken back', async () => {
  await backToBeforeTheIndex();
  await insert('zoo', 1, 2_100);
  await insert('acme', 1, 10);
  await dataSource.runMigrations({ transaction: 'each' });

  expect(await count(`catalog_entries WHERE number BETWEEN 0 AND 2109`)).toBe(2_110);
  expect(await posted('#model')).toBe(1_899);
  expect(await posted('manga')).toBe(1_899);
  expect(await posted('anim')).toBe(0);
  expect(await count('catalog_stale_segments')).toBe(0);
  await insert('zoo', 2_101, 2_101);
  expect(await posted('#model:image-to-image')).toBe(1_900);

  await backToBeforeTheIndex();
  await insert('zoo', 2_102, 2_102);
  const words = `search_document @@ to_tsquery('english', 'anime')`;
  expect(await count(`catalog_entries WHERE ${words}`)).toBe(2_112);
  await dataSource.runMigrations({ transaction: 'each' });
  expect(await posted('#model')).toBe(1_901);
}, 60_000);
