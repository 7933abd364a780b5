import { DataSource } from 'typeorm';
import { createTestDatabase } from '../../../test/support/test-database.js';
import { migrations } from './migrations/index.js';

const TRY_AGAIN = 'LetWritersTryAgain1795381200046';

it('a database that has the limits already learns that a write may be tried again', async () => {
  const database = await createTestDatabase();
  const dataSource = await new DataSource({
    type: 'postgres',
    url: database.url,
    migrations,
    installExtensions: false,
  }).initialize();
  const [user] = await dataSource.query<{ id: string }[]>(
    `INSERT INTO users (email, password_hash, role) VALUES ('a@example.com', 'x', 'user') RETURNING id`,
  );
  const begin = () =>
    dataSource.query(`SELECT refusal FROM admit_write('the same', 'key', $1, 10, true, 15, 5, 1)`, [
      user?.id,
    ]);
  const later = migrations.slice(migrations.findIndex(({ name }) => name === TRY_AGAIN));
  for (let left = later.length; left > 0; left -= 1) await dataSource.undoLastMigration();
  expect(await begin()).toEqual([{ refusal: null }]);
  expect(await begin()).toEqual([{ refusal: 'uploads' }]);
  await dataSource.runMigrations();
  expect(await begin()).toEqual([{ refusal: null }]);
  expect(await begin()).toEqual([{ refusal: null }]);
  await dataSource.destroy();
  await database.drop();
}, 60_000);
