import { Client } from 'pg';
import type { Actor } from '#libs/accounts';
import { generateCatalog, insertCatalog, seededRandom } from '../../test/search/generate-catalog.mjs';
import { startCatalog } from '../catalog.spec-support.js';

/** More than a segment of the index. */
const ENTRIES = 2_500;
const entries = generateCatalog(ENTRIES);
const actor = { userId: '00000000-0000-0000-0000-000000000000' } as Actor;

let at: Awaited<ReturnType<typeof startCatalog>>;
beforeAll(async () => {
  at = await startCatalog();
  const client = new Client({ connectionString: at.url });
  await client.connect();
  await insertCatalog(client, entries);
  await client.end();
}, 30_000);
afterAll(() => at.stop());

const endpointsOf = (wanted: (entry: (typeof entries)[number]) => boolean) =>
  entries.filter(wanted).map(({ owner, alias }) => `${owner}/${alias}`);

async function allPages(options: { search?: string; category?: string }, limit = 100): Promise<string[]> {
  const found: string[] = [];
  for (let page = 1; ; page += 1) {
    const { items, total, hasMore } = await at.catalog.listModels(actor, { ...options, page, limit });
    found.push(...items.map(({ endpoint }) => endpoint));
    if (hasMore) continue;
    expect(total).toBe(found.length);
    expect(new Set(found).size).toBe(total);
    return found;
  }
}

describe('pages of lists', () => {
  it.each([
    [{}, endpointsOf(({ kind }) => kind === 'model')],
    [{ category: 'video' }, endpointsOf(({ kind, category }) => kind === 'model' && category === 'video')],
    [{ category: 'ocr-none' }, []],
    [
      { category: 'text-to-speech' },
      endpointsOf(({ kind, task }) => kind === 'model' && task === 'text-to-speech'),
    ],
  ])('%j give every entry once, in the order of creation', async (options, expected) => {
    expect(await allPages(options, 97)).toEqual(expected);
  });
});

describe('pages of a search', () => {
  it.each(['image', 'video', 'the of', 'picture generation model'])(
    '%s give every hit once, whatever the size of the page',
    async (search) => {
      const found = await allPages({ search });
      expect(found.length).toBeGreaterThan(300);
      expect(await allPages({ search }, 37)).toEqual(found);
    },
  );

  it('count within a task', async () => {
    const inTask = endpointsOf(({ kind, task }) => kind === 'model' && task === 'ocr-none');
    expect(await allPages({ search: 'the', category: 'ocr-none' })).toEqual(inTask);
    const speech = endpointsOf(({ kind, task }) => kind === 'model' && task === 'text-to-speech');
    expect((await allPages({ search: 'the', category: 'text-to-speech' })).sort()).toEqual(speech.sort());
  });
});

describe('what is remembered', () => {
  const words = [
    ...new Set(entries.slice(0, 300).flatMap(({ name, summary }) => `${name} ${summary}`.split(' '))),
  ];
  const next = seededRandom(7);
  const random = (below: number) => Math.floor(next() * below);
  const oneOf = <Value>(values: readonly Value[]): Value => values[random(values.length)] as Value;
  const someQuery = () => ({
    search: Array.from({ length: 1 + random(4) }, () => oneOf(words)).join(' '),
    category: oneOf([undefined, undefined, 'image', 'text-to-speech']),
    page: oneOf([1, 1, 2, 7]),
    limit: oneOf([10, 33, 100]),
  });

  it('gives for any query what is found anew, on every page', async () => {
    const { postings, rankings } = at.searchCaches;
    const ask = (options: ReturnType<typeof someQuery>) => at.catalog.listModels(actor, options);
    for (let count = 0; count < 60; count += 1) {
      const query = someQuery();
      // The first page remembers the ranking that the wanted one comes from.
      await ask({ ...query, page: 1 });
      const remembered = await ask(query);
      postings.forget();
      rankings.forget();
      expect({ query, ...(await ask(query)) }).toEqual({ query, ...remembered });
    }
  });
});

describe('the index follows what is written', () => {
  const postings = () =>
    at.dataSource.query<unknown[]>(
      `SELECT term, segment, size, postings FROM catalog_postings ORDER BY 1, 2`,
    );
  const total = async (search: string) =>
    (await at.catalog.listModels(actor, { search, page: 1, limit: 1 })).total;
  const change = (what: string) =>
    at.dataSource.query(`UPDATE catalog_entries SET ${what} WHERE owner = $1 AND alias = $2`, [
      entries[2_400]?.owner,
      entries[2_400]?.alias,
    ]);

  it('when an entry is renamed, hidden, shown, curated and removed', async () => {
    const before = await postings();
    await change(`name = 'Zyzzyva'`);
    expect(await total('zyzzyva')).toBe(1);
    await change(`visibility = 'unlisted'`);
    expect(await total('zyzzyva')).toBe(0);
    await change(`visibility = 'public', name = '${entries[2_400]?.name ?? ''}'`);
    expect(await postings()).toEqual(before);

    const curate = `INSERT INTO recommendations (kind, category, position, entry_id, note)
      SELECT kind, category, 0, id, '' FROM catalog_entries WHERE number = 2400`;
    await at.dataSource.query(curate);
    const [first] = (await at.catalog.search(actor, { query: 'the', limit: 1 })).results;
    expect(first?.endpoint).toBe(`${entries[2_400]?.owner}/${entries[2_400]?.alias}`);
    await at.dataSource.query('TRUNCATE recommendations');
    expect(await postings()).toEqual(before);

    const all = await total('the');
    await at.dataSource.query('DELETE FROM catalog_entries WHERE number = 2401');
    expect(await total('the')).toBe(all - 1);
  });

  it('and forgets all when all is gone', async () => {
    await at.dataSource.query('TRUNCATE catalog_entries CASCADE');
    expect(await postings()).toEqual([]);
    expect(await total('image')).toBe(0);
  });
});
