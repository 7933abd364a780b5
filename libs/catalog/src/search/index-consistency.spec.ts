import { Client } from 'pg';
import type { Actor } from '#libs/accounts';
import { PreparedQueries } from '#libs/database';
import { generateCatalog, insertCatalog } from '../../test/search/generate-catalog.mjs';
import { startCatalog } from '../catalog.spec-support.js';
import { SearchRepository } from './search.repository.js';

/** More than a segment of the index, so that transactions touch two. */
const ENTRIES = 2_100;
const WRITERS = 2;
const TRANSACTIONS = 12;
const actor = { userId: '00000000-0000-0000-0000-000000000000' } as Actor;

let at: Awaited<ReturnType<typeof startCatalog>>;
let clients: Client[];
beforeAll(async () => {
  at = await startCatalog();
  clients = await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      const client = new Client({ connectionString: at.url });
      await client.connect();
      return client;
    }),
  );
  await insertCatalog(clients[0] as Client, generateCatalog(ENTRIES));
}, 30_000);
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await at.stop();
});

const random = (below: number) => Math.floor(Math.random() * below);
const someEntry = '(SELECT id FROM catalog_entries ORDER BY random() LIMIT 1)';
const pick = <Value>(values: readonly Value[]): Value => values[random(values.length)] as Value;

/** Statements as of a writer that does not take the lock of the catalogue itself. */
const changes: (() => string)[] = [
  () => `UPDATE catalog_entries SET name = 'Zyzzyva ${random(50)} anime' WHERE id = ${someEntry}`,
  () =>
    `UPDATE catalog_entries SET category = '${pick(['image', 'video', 'utility'])}' WHERE id = ${someEntry}`,
  () => `UPDATE catalog_entries SET visibility = '${pick(['public', 'unlisted'])}' WHERE id = ${someEntry}`,
  () =>
    `UPDATE catalog_entries SET status = '${pick(['published', 'draft'])}' WHERE number % 700 = ${random(700)}`,
  () =>
    `DELETE FROM catalog_entries WHERE id = (SELECT id FROM catalog_entries WHERE kind = 'wrapper' ORDER BY random() LIMIT 1)`,
  () => `INSERT INTO recommendations (kind, category, position, entry_id, note)
    SELECT kind, category, 1000 + (random() * 1e6)::int, id, '' FROM catalog_entries WHERE id = ${someEntry} ON CONFLICT DO NOTHING`,
  () => `DELETE FROM recommendations WHERE entry_id = ${someEntry}`,
  () => `WITH entry AS (
      INSERT INTO catalog_entries (kind, owner, alias, name, category, task, summary, description, input_schema, examples, visibility, status)
      VALUES ('model', 'late', gen_random_uuid()::text, 'Late ${random(9)}', 'image', 'animals', 's', 'd', '{}', '[]', 'public', 'published')
      RETURNING id)
    INSERT INTO models (id, output_schema, price_unit, price_amount, typical_seconds, engine, engine_settings)
    SELECT id, '{}', 'request', '0.004', 2, 'none', '{}' FROM entry`,
];

async function write(client: Client): Promise<void> {
  for (let transaction = 0; transaction < TRANSACTIONS; transaction += 1) {
    await client.query('BEGIN');
    for (let count = 1 + random(4); count > 0; count -= 1) await client.query(pick(changes)());
    await client.query(random(4) === 0 ? 'ROLLBACK' : 'COMMIT');
  }
}

const index = async () =>
  (
    await (clients[0] as Client).query<{ term: string; segment: number; size: number; postings: string }>(
      `SELECT term, segment, size, postings FROM catalog_postings ORDER BY 1, 2`,
    )
  ).rows;

/** What the index would be if nothing had been kept, by making all of it again. */
async function indexFromNothing() {
  const [client] = clients as [Client];
  await client.query('BEGIN');
  await client.query('DELETE FROM catalog_postings');
  await client.query(
    'SELECT catalog_index_segment(segment) FROM generate_series(0, (SELECT max(number) >> 11 FROM catalog_entries)) AS segment',
  );
  const made = await index();
  await client.query('ROLLBACK');
  return made;
}

it('is the index of what stands there, whatever writers change, and a search is of one state', async () => {
  let isWriting = true;
  const listed = `SELECT count(*)::int AS count FROM catalog_entries WHERE visibility = 'public' AND status = 'published'`;
  const reading = (async () => {
    for (let count = 0; isWriting || count < 5; count += 1) {
      const { results, total } = await at.catalog.search(actor, { query: 'zyzzyva', limit: 100 });
      expect(results.length).toBe(Math.min(total, 100));
      expect(results.every(({ name }) => name.startsWith('Zyzzyva'))).toBe(true);
    }
  })();
  await Promise.all(clients.map(write)).finally(() => (isWriting = false));
  await reading;

  const kept = await index();
  expect(kept.length).toBeGreaterThan(500);
  expect(kept).toEqual(await indexFromNothing());
  const [client] = clients as [Client];
  const { rows } = await client.query<{ count: number }>(listed);
  expect((await at.catalog.search(actor, { query: 'the', limit: 1 })).total).toBe(rows[0]?.count);
}, 60_000);

it('lets two writers that take entries in opposite order follow each other', async () => {
  const [one, other] = clients as [Client, Client];
  const rename = (number: number) =>
    `UPDATE catalog_entries SET summary = summary || ' x' WHERE number = ${number}`;
  await one.query('BEGIN');
  await other.query('BEGIN');
  await one.query(rename(1));
  const waits = other.query(rename(2_060)).then(() => other.query(rename(1)));
  await one.query(rename(2_060));
  await one.query('COMMIT');
  await waits;
  await other.query('COMMIT');
  expect(await index()).toEqual(await indexFromNothing());
});

it('reads again when the catalogue changes between the ranking and the page', async () => {
  const [client] = clients as [Client];
  await client.query(
    `UPDATE catalog_entries SET name = 'Quokka', visibility = 'public', status = 'published' WHERE number IN (3, 4)`,
  );
  const readSummaries = jest.spyOn(SearchRepository.prototype, 'readSummaries');
  readSummaries.mockImplementationOnce(async (numbers) => {
    await client.query(`UPDATE catalog_entries SET visibility = 'unlisted' WHERE number = 3`);
    return new SearchRepository(new PreparedQueries(at.dataSource)).readSummaries(numbers);
  });
  const { results, total } = await at.catalog.search(actor, { query: 'quokka', limit: 10 });
  expect(total).toBe(1);
  expect(results).toHaveLength(1);
  readSummaries.mockRestore();
});

it('sees a change of another process between two equal queries, which nothing else made it rank again', async () => {
  const [client] = clients as [Client];
  const show = (name: string) =>
    client.query(
      `UPDATE catalog_entries SET name = $1, visibility = 'public', status = 'published' WHERE number = 5`,
      [name],
    );
  const search = () => at.catalog.search(actor, { query: 'pangolin', limit: 10 });
  await show('Pangolin one');
  const readPostings = jest.spyOn(SearchRepository.prototype, 'readPostings');
  expect((await search()).results).toMatchObject([{ name: 'Pangolin one' }]);
  readPostings.mockClear();
  expect((await search()).total).toBe(1);
  expect(readPostings).not.toHaveBeenCalled();
  await show('Pangolin two');
  expect((await search()).results).toMatchObject([{ name: 'Pangolin two' }]);
  await show('Aardvark');
  expect(await search()).toEqual({ results: [], total: 0 });
  await show('Pangolin three');
  expect((await search()).total).toBe(1);
  readPostings.mockRestore();
});

it('does not remember a typing error as it was corrected before a change', async () => {
  const [client] = clients as [Client];
  const rename = (name: string) =>
    client.query(
      `UPDATE catalog_entries SET name = $1, visibility = 'public', status = 'published' WHERE number = 6`,
      [name],
    );
  await rename('Quagga');
  const nearWords = jest.spyOn(SearchRepository.prototype, 'nearWords');
  nearWords.mockImplementationOnce(async (words) => {
    const near = await new SearchRepository(new PreparedQueries(at.dataSource)).nearWords(words);
    expect([...near.values()].flat()).toContain('quagga');
    await rename('Quaggy');
    return near;
  });
  for (const time of ['first', 'second']) {
    const { results } = await at.catalog.search(actor, { query: 'quaggq', limit: 10 });
    expect({ time, results }).toMatchObject({ time, results: [{ name: 'Quaggy' }] });
  }
  nearWords.mockRestore();
});
