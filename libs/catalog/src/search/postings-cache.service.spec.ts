import type { CatalogChanges } from '../changes/catalog-changes.service.js';
import { PostingsCache } from './postings-cache.service.js';
import type { SearchRepository } from './search.repository.js';

it('asks again after half a minute without any event: one may have been lost without notice', async () => {
  const asked: string[][] = [];
  const readPostings = (terms: string[]) => {
    asked.push(terms);
    return Promise.resolve({ postings: new Map(), exact: [], size: 0 });
  };
  const changes = { areHeard: true, subscribe: () => () => undefined } as unknown as CatalogChanges;
  const cache = new PostingsCache({ readPostings } as unknown as SearchRepository, changes);
  const read = () => cache.read(['zebra'], { alias: '', owner: null }, { kind: null, category: null });

  await read();
  await read();
  const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 31_000);
  await read();
  clock.mockRestore();
  expect(asked).toEqual([['zebra'], [], ['zebra']]);
});
