import { inputFingerprint } from './input-fingerprint.js';

describe('inputFingerprint', () => {
  const base = inputFingerprint('a/b', { x: 1, y: { p: [1, 2], q: null } });

  it('does not depend on the order of keys, at any depth', () => {
    expect(inputFingerprint('a/b', { y: { q: null, p: [1, 2] }, x: 1 })).toBe(base);
  });

  it.each([
    ['another endpoint', 'a/c', { x: 1, y: { p: [1, 2], q: null } }],
    ['another value', 'a/b', { x: 2, y: { p: [1, 2], q: null } }],
    ['another order of a list', 'a/b', { x: 1, y: { p: [2, 1], q: null } }],
    ['a string for a number', 'a/b', { x: '1', y: { p: [1, 2], q: null } }],
    ['a missing field', 'a/b', { x: 1, y: { p: [1, 2] } }],
  ])('differs for %s', (_what, endpoint, input) => {
    expect(inputFingerprint(endpoint, input)).not.toBe(base);
  });
});
