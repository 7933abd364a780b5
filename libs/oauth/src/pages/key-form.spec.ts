import { readRole, roleChoices, roleInForce } from './key-form.js';

describe('the role of a key', () => {
  it('is one of those up to the owner’s, the weakest unless another is chosen', () => {
    const shown = (owner: 'admin' | 'curator' | 'user', wanted?: string) =>
      roleChoices(owner, wanted).map(({ role, chosen }) => (chosen ? `(${role})` : role));
    expect(shown('admin')).toEqual(['(user)', 'curator', 'admin']);
    expect(shown('admin', 'admin')).toEqual(['user', 'curator', '(admin)']);
    expect(shown('curator', 'admin')).toEqual(['(user)', 'curator']);
    expect(shown('user')).toEqual([]);
  });

  it('is refused beyond the owner’s, and when it is none', () => {
    expect([readRole(undefined, 'admin'), readRole('curator', 'admin')]).toEqual(['user', 'curator']);
    for (const wanted of ['admin', 'root', '', ['user', 'admin']])
      expect(() => readRole(wanted, 'curator')).toThrow('at most your own role, “curator”');
  });

  it('is no more than the owner has now', () => {
    expect([roleInForce('admin', 'user'), roleInForce('user', 'admin')]).toEqual(['user', 'user']);
  });
});
