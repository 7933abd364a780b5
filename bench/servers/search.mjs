import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CatalogService } from '../../dist/libs/catalog/src/catalog.service.js';
import { PostingsCache } from '../../dist/libs/catalog/src/search/postings-cache.service.js';
import { RankingCache } from '../../dist/libs/catalog/src/search/ranking-cache.service.js';
import { CatalogRepository } from '../../dist/libs/catalog/src/catalog.repository.js';
import { generateCatalog, insertCatalog } from '../../libs/catalog/test/search/generate-catalog.mjs';
import { finish, openClient, startApi } from '../support/platform.mjs';
import { takeTurns, timed } from '../support/rounds.mjs';

/*
 * Search and lists while the catalogue grows. Prints JSON: for every size the time of the import, the size of the index, and
 * the milliseconds of every call by what was asked, each in turn with a look-up of one entry by its endpoint, which asks the
 * database: through the repository, past what the process remembers of entries.
 */
const SIZES = [1_000, 10_000, 100_000];
const BATCH = 1_000;
const CALLS = 20;
const TESTS = join(import.meta.dirname, '../../libs/catalog/test/search');

const app = await startApi();
const client = await openClient();
const catalog = app.get(CatalogService, { strict: false });
const repository = app.get(CatalogRepository, { strict: false });
const postings = app.get(PostingsCache, { strict: false });
const rankings = app.get(RankingCache, { strict: false });
const actor = {
  userId: '00000000-0000-0000-0000-000000000000',
  email: 'x@example.org',
  role: 'user',
  clientId: null,
};
await client.query('TRUNCATE catalog_entries CASCADE');

const entries = generateCatalog(SIZES.at(-1));
const judged = JSON.parse(readFileSync(join(TESTS, 'judged-queries.json'), 'utf8'))
  .filter(({ tasks }) => tasks)
  .map(({ query, category }) => ({ query, category, limit: 10 }));
const search = (options) => () => catalog.search(actor, { limit: 10, ...options });
const list = (options) => () => catalog.listModels(actor, { page: 1, limit: 100, ...options });
const askJudged = (call) => catalog.search(actor, judged[call % judged.length]);
/** As of a query that nobody asked before: what is known of its words stays, unless that is forgotten too. */
const anew = (work) => (call) => {
  rankings.forget();
  return work(call);
};
const fromNothing = (work) =>
  anew((call) => {
    postings.forget();
    return work(call);
  });

const asked = (size) => {
  const last = Math.max(Math.floor((size * 0.75) / 100), 1);
  return {
    'judged queries': askJudged,
    'judged queries, ranked anew': anew(askJudged),
    'judged queries, nothing remembered': fromNothing(askJudged),
    'search: image': search({ query: 'image' }),
    'search: image, ranked anew': anew(search({ query: 'image' })),
    'search: image, nothing remembered': fromNothing(search({ query: 'image' })),
    'search: picture generation': search({ query: 'picture generation model' }),
    'search: picture generation, ranked anew': anew(search({ query: 'picture generation model' })),
    'search: image, video': search({ query: 'image', category: 'video' }),
    'search: image, page 100': list({ search: 'image', page: 100, limit: 20 }),
    'search: image, page 100, ranked anew': anew(list({ search: 'image', page: 100, limit: 20 })),
    'list, first page of 100': list({}),
    'list, last page of 100': list({ page: last }),
    'list of a task, first page of 20': list({ category: 'text-to-speech', limit: 20 }),
    'list of a category, deep page of 20': list({ category: 'image', page: Math.floor(last / 2), limit: 20 }),
  };
};

const sizes = [];
let size = 0;
for (const rows of SIZES) {
  const importMs = await timed(async () => {
    for (; size < rows; size += BATCH) await insertCatalog(client, entries.slice(size, size + BATCH));
  });
  await client.query('VACUUM (ANALYZE)');
  const { rows: found } = await client.query(
    `SELECT pg_total_relation_size('catalog_postings') AS postings, pg_total_relation_size('catalog_words') AS words,
       (SELECT count(*)::int FROM catalog_postings) AS rows, pg_total_relation_size('catalog_entries') AS entries`,
  );
  const result = { rows, importMs, index: found[0], asked: {} };
  const lookUp = (call) => {
    const { owner, alias } = entries[(call * 7_919) % rows];
    return timed(() => repository.find({ owner, alias }, actor.userId));
  };
  for (const [name, work] of Object.entries(asked(rows))) {
    const calls = name.startsWith('judged queries') ? judged.length * 2 : CALLS;
    const sides = { ours: (call) => timed(() => work(call)), bare: lookUp };
    await takeTurns(sides, calls);
    result.asked[name] = [
      await takeTurns(sides, calls),
      await takeTurns(sides, calls),
      await takeTurns(sides, calls),
    ];
  }
  sizes.push(result);
}
await client.query('TRUNCATE catalog_entries CASCADE');
finish({ sizes });
