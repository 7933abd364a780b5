import { passwordProblems } from './password-form.js';

const GOOD = { current: 'the old one', password: 'a new one', again: 'a new one' };

describe('passwordProblems', () => {
  it.each([
    ['nothing in a good form', {}, []],
    ['a current password that is missing', { current: '' }, ['current']],
    ['a password of seven characters', { password: '1234567', again: '1234567' }, ['password']],
    ['a password that is too long', { password: 'x'.repeat(1_025), again: 'x'.repeat(1_025) }, ['password']],
    ['the same password again', { password: 'the old one', again: 'the old one' }, ['password']],
    ['two passwords that differ', { again: 'A new one' }, ['again']],
    ['spaces that make a difference', { again: 'a new one ' }, ['again']],
    ['all at once', { current: '', password: 'short', again: 'other' }, ['current', 'password', 'again']],
  ])('finds %s', (_, changes, fields) => {
    expect(Object.keys(passwordProblems({ ...GOOD, ...changes }))).toEqual(fields);
  });

  it('takes eight characters and a thousand', () => {
    for (const password of ['12345678', 'x'.repeat(1_024)])
      expect(passwordProblems({ ...GOOD, password, again: password })).toEqual({});
  });
});
