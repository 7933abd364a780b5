import { listChange } from './list-change.js';

const items = (text: string) =>
  text
    .split(' ')
    .filter(Boolean)
    .map((word) => {
      const [endpoint = '', note] = word.split(':');
      return { endpoint, note };
    });

describe('listChange', () => {
  it.each([
    ['', '', {}],
    ['', 'a b', { added: ['a', 'b'] }],
    ['a b', '', { removed: ['a', 'b'] }],
    ['a b c', 'c a b', { moved: ['c'] }],
    ['a b c d', 'b c d a', { moved: ['a'] }],
    ['a b c', 'a c', { removed: ['b'] }],
    ['a b c', 'x a b c', { added: ['x'] }],
    ['a b', 'a:new b', { noted: ['a'] }],
    ['a:old b c', 'b c a', { moved: ['a'], noted: ['a'] }],
    ['a b c d', 'd x b c', { added: ['x'], removed: ['a'], moved: ['d'] }],
  ])('from "%s" to "%s"', (before, after, expected) => {
    const nothing = { added: [], removed: [], moved: [], noted: [] };
    expect(listChange(items(before), items(after))).toEqual({ ...nothing, ...expected });
  });
});
