import { decideFirstSignIn } from './identity-rules.js';

describe('the first sign-in of an identity', () => {
  const waiting = { disabled: false, hasPassword: false, hasIdentity: false };

  it.each([
    ['makes an account for a new address', true, null, 'create'],
    ['makes no account for an address that is not verified', false, null, 'email_not_verified'],
    ['takes an account that waits for the address', true, waiting, 'link'],
    ['takes nothing with an address that is not verified', false, waiting, 'email_not_verified'],
    [
      'learns nothing of an account by an address that is not verified',
      false,
      { ...waiting, hasPassword: true },
      'email_not_verified',
    ],
    ['takes no account that is disabled', true, { ...waiting, disabled: true }, 'account_disabled'],
    ['takes no account that has a password', true, { ...waiting, hasPassword: true }, 'account_has_password'],
    ['takes no account of another identity', true, { ...waiting, hasIdentity: true }, 'account_has_identity'],
    [
      'takes no account with both',
      true,
      { disabled: true, hasPassword: true, hasIdentity: true },
      'account_has_password',
    ],
  ] as const)('%s', (_, emailVerified, account, decision) => {
    expect(decideFirstSignIn({ email: 'ada@example.org', emailVerified }, account)).toBe(decision);
  });

  it('needs an address', () => {
    expect(decideFirstSignIn({ email: null, emailVerified: true }, null)).toBe('no_email');
  });
});
