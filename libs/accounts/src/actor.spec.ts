import { weakerRole } from './actor.js';
import { apiKeyOf } from './api-keys/api-key.guard.js';

describe('weakerRole', () => {
  it.each([
    ['admin', 'admin', 'admin'],
    ['admin', 'user', 'user'],
    ['user', 'admin', 'user'],
    ['curator', 'admin', 'curator'],
    ['curator', 'user', 'user'],
  ] as const)('of %s and %s is %s', (one, other, weaker) => {
    expect(weakerRole(one, other)).toBe(weaker);
  });
});

describe('apiKeyOf', () => {
  const key = `mrk_${'a'.repeat(43)}`;

  it.each([
    [`Key ${key}`, key],
    [`key  ${key}`, key],
    [`Bearer ${key}`, key],
    [`Basic ${key}`, undefined],
    [key, undefined],
    [`Key ${key}x`, undefined],
    [`Bearer mra_${'a'.repeat(43)}`, undefined],
    ['', undefined],
    [undefined, undefined],
  ])('in %p is %p', (header, expected) => {
    expect(apiKeyOf(header)).toBe(expected);
  });
});
