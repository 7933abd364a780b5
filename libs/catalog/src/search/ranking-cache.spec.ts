import { RankingCache } from './ranking-cache.service.js';

const question = (word: string, other = {}) => ({
  words: [word],
  named: { alias: word, owner: null, name: word },
  kind: null,
  category: null,
  offset: 0,
  limit: 210,
  ...other,
});
const ranking = (total: number, count = 210) => ({
  total,
  numbers: Array.from({ length: count }, (_, number) => number),
  version: 1,
});

it.each([
  { words: ['video'] },
  { named: { alias: 'image', owner: 'someone', name: 'image' } },
  { kind: 'model' as const },
  { category: 'video' },
  { offset: 200 },
  { limit: 300 },
])('takes a query with %j for another', (other) => {
  const cache = new RankingCache();
  cache.remember(question('image'), ranking(1));
  expect(cache.recall(question('image', other))).toBeUndefined();
  expect(cache.recall(question('image'))).toEqual(ranking(1));
});

it('forgets the rankings that were not used for longest, before they take more than 8 MiB', () => {
  const cache = new RankingCache();
  const count = 10_000;
  for (let at = 0; at < count; at += 1) {
    cache.remember(question(`word${at}`), ranking(at));
    cache.recall(question('word0'));
  }
  const kept = Array.from({ length: count }, (_, at) => cache.recall(question(`word${at}`))).filter(Boolean);
  expect(kept.length).toBeGreaterThan(2_000);
  expect(kept.length * 210 * 8).toBeLessThan(8 * 1024 * 1024);
  expect(kept[0]?.total).toBe(0);
  expect(kept.at(-1)?.total).toBe(count - 1);
});
