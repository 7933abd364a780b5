import { PreparedQueries } from '#libs/database';
import { aModel, startCatalog } from '../catalog.spec-support.js';
import { PostingsCache } from './postings-cache.service.js';
import { SearchRepository } from './search.repository.js';

const ANY = { kind: null, category: null };
const NO_NAME = { alias: '', owner: null, name: '' };

let at: Awaited<ReturnType<typeof startCatalog>>;
let repository: SearchRepository;
let cache: PostingsCache;
let read: jest.SpiedFunction<SearchRepository['readPostings']>;

beforeAll(async () => {
  // Changes of other processes are not heard here.
  at = await startCatalog();
  await at.importer.importModels(null, [aModel('one', { name: 'Zebra' }), aModel('two', { name: 'Yak' })]);
});
afterAll(() => at.stop());
beforeEach(() => {
  repository = new SearchRepository(new PreparedQueries(at.dataSource));
  cache = new PostingsCache(repository);
  read = jest.spyOn(repository, 'readPostings');
});

const readTerms = (...terms: string[]) => cache.read(terms, NO_NAME, ANY);
const rename = (alias: string, name: string) =>
  at.dataSource.query('UPDATE catalog_entries SET name = $1 WHERE alias = $2', [name, alias]);
/** The terms that each statement asked for. */
const sent = () => read.mock.calls.map(([terms]) => terms);

it('reads a term once, also one that no entry has', async () => {
  const first = await readTerms('zebra', 'nobody');
  const second = await readTerms('zebra', 'nobody', 'yak');
  expect(sent()).toEqual([['zebra', 'nobody'], ['yak']]);
  expect(second.postings.get('zebra')).toEqual(first.postings.get('zebra'));
  expect([...second.postings.keys()].sort()).toEqual(['yak', 'zebra']);
});

it('gives nothing old after a change that nobody told it of', async () => {
  expect((await readTerms('zebra', 'gnu')).postings.has('zebra')).toBe(true);
  await rename('one', 'Gnu');
  const found = await readTerms('zebra', 'gnu');
  expect([...found.postings.keys()]).toEqual(['gnu']);
  // What is remembered, the version that goes with it, then all terms in one statement.
  expect(sent()).toEqual([['zebra', 'gnu'], [], ['zebra', 'gnu']]);
  await readTerms('zebra', 'gnu');
  expect(sent()).toHaveLength(4);
  await rename('one', 'Zebra');
});

it('does not mix what was read before a change with what was read after it', async () => {
  await readTerms('zebra');
  read.mockImplementationOnce(async (...given) => {
    await rename('one', 'Yak');
    return SearchRepository.prototype.readPostings.apply(repository, given);
  });
  const { postings } = await readTerms('zebra', 'yak');
  expect([...postings.keys()]).toEqual(['yak']);
  expect(postings.get('yak')).toHaveLength(2 + 2);
  await rename('one', 'Zebra');
});

it('forgets what was not used for longest when there is too much, not all of it', async () => {
  const { version } = await readTerms('zebra');
  read.mockImplementation((terms) =>
    Promise.resolve({
      postings: new Map(terms.map((term) => [term, new Uint16Array(5 * 1024 * 1024)])),
      exact: [],
      size: 1,
      version,
    }),
  );
  for (const term of ['a', 'b', 'c']) await readTerms(term);
  await readTerms('a');
  await readTerms('d');
  read.mockClear();
  await readTerms('a', 'b', 'c', 'd');
  expect(sent()).toEqual([['b']]);
});
