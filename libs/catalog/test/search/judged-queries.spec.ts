import { Client } from 'pg';
import type { Actor } from '#libs/accounts';
import { startCatalog } from '../../src/catalog.spec-support.js';
import { generateCatalog, insertCatalog, type GeneratedEntry } from './generate-catalog.mjs';
import judgedQueries from './judged-queries.json' with { type: 'json' };
import secondJudgedQueries from './second-judged-queries.json' with { type: 'json' };
import thirdJudgedQueries from './third-judged-queries.json' with { type: 'json' };

const ENTRIES = 2_000;
const LOOKED_AT = 10;

/** A query, and what is a good answer: an entry of one of the tasks that has the quality, or one entry. */
interface JudgedQuery {
  query: string;
  tasks?: string[];
  quality?: string;
  category?: string;
  kind?: string;
  entry?: number;
  /** Not looked at while the search was made: tells whether it is good for others too. */
  heldBack?: boolean;
}

/**
 * The first 142 of the second set were written without a look at the thesaurus and the first set, the last 45 after that. What
 * both showed went into the thesaurus, so none of it is held back any more; asked for the first time the 45 had a mean of 0.80.
 *
 * What each set has to reach is a hundredth below what it reached. The third set was written by somebody who knew the names
 * of the tasks alone, as were the examples from which the classifier learns, by others. How much a guess counts was chosen by
 * its first half. The second half had 0.900 when it was asked for the first time; the least probability of a guess was raised
 * after that, so that stray words find nothing, which cost 0.007.
 */
const sets: [string, { least: number; leastHeldBack: number }, JudgedQuery[]][] = [
  ['first', { least: 0.98, leastHeldBack: 0.96 }, judgedQueries],
  ['second', { least: 0.957, leastHeldBack: 0 }, secondJudgedQueries],
  ['third', { least: 0.907, leastHeldBack: 0.883 }, thirdJudgedQueries],
];
const entries = generateCatalog(ENTRIES);
const actor = { userId: '00000000-0000-0000-0000-000000000000' } as Actor;
const endpointOf = ({ owner, alias }: GeneratedEntry) => `${owner}/${alias}`;
const byEndpoint = new Map(entries.map((entry) => [endpointOf(entry), entry]));

let at: Awaited<ReturnType<typeof startCatalog>>;
beforeAll(async () => {
  at = await startCatalog();
  const client = new Client({ connectionString: at.url });
  await client.connect();
  await insertCatalog(client, entries);
  await client.end();
}, 30_000);
afterAll(() => at.stop());

async function firstGood({ query, tasks, quality, category, kind, entry }: JudgedQuery) {
  const wanted = entry === undefined ? undefined : entries[entry];
  const text = query
    .replace('{endpoint}', wanted ? endpointOf(wanted) : '')
    .replace('{alias}', wanted?.alias ?? '');
  const isGood = (found: GeneratedEntry) =>
    wanted
      ? found.alias === wanted.alias
      : tasks?.includes(found.task) && (!quality || found.quality === quality);
  const endpoints =
    kind === 'wrapper'
      ? (await at.catalog.listWrappers(actor, { search: text, category, page: 1, limit: LOOKED_AT })).items
      : (await at.catalog.search(actor, { query: text, category, limit: LOOKED_AT })).results;
  const found = endpoints.map(({ endpoint }) => byEndpoint.get(endpoint) as GeneratedEntry);
  return { text, place: found.findIndex(isGood) + 1, first: found[0] };
}

it.each(sets)(
  'finds what people ask for in the %s set: mean reciprocal rank of at least %j',
  async (set, { least, leastHeldBack }, judged) => {
    const lines: string[] = [];
    const ranks = { designed: [] as number[], heldBack: [] as number[] };
    for (const query of judged) {
      const { text, place, first } = await firstGood(query);
      const rank = place === 0 ? 0 : 1 / place;
      ranks[query.heldBack ? 'heldBack' : 'designed'].push(rank);
      if (rank < 1)
        lines.push(
          `${rank.toFixed(2)} ${query.heldBack ? '(held back) ' : ''}${text} → ${first ? `${first.task}: ${first.name}` : 'nothing'}`,
        );
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const all = [...ranks.designed, ...ranks.heldBack];
    process.stdout.write(
      `Judged queries, ${set} set: ${all.length}, mean reciprocal rank ${mean(all).toFixed(3)}` +
        (ranks.heldBack.length > 0 ? `; held back ${mean(ranks.heldBack).toFixed(3)}` : '') +
        `\n${lines.join('\n')}\n`,
    );
    expect(all.length).toBeGreaterThanOrEqual(60);
    expect(mean(all)).toBeGreaterThanOrEqual(least);
    if (ranks.heldBack.length > 0) expect(mean(ranks.heldBack)).toBeGreaterThanOrEqual(leastHeldBack);
  },
);

it('finds first what is called by its name, whatever its words are good for', async () => {
  const names = [...new Set(entries.map(({ name }) => name))].slice(0, 150);
  const queries = [
    ...names,
    ...names.slice(0, 10).map((name) => `  ${name.toUpperCase().replace(' ', '  ')} `),
  ];
  const missed: string[] = [];
  for (const query of queries) {
    const [first] = (await at.catalog.search(actor, { query, limit: 1 })).results;
    if (
      first?.name !== query.trim().replace(/\s+/g, ' ') &&
      first?.name.toUpperCase() !== query.trim().replace(/\s+/g, ' ')
    )
      missed.push(query);
  }
  expect(missed).toEqual([]);
});

it('finds nothing for words of which no entry has any and the examples hardly one', async () => {
  for (const query of ['battery', 'zombie', 'quitar el fondo de una foto']) {
    expect([query, (await at.catalog.search(actor, { query, limit: 1 })).total]).toEqual([query, 0]);
  }
});
