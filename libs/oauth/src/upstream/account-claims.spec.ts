import { addressOf, domainRefusal, needsUserInfo } from './account-claims.js';

const ADA = 'ada@example.org';

describe('the address of an account', () => {
  it.each([
    ['verified', { email: ADA, email_verified: true }, undefined, { email: ADA, emailVerified: true }],
    [
      'verified in words',
      { email: ADA, email_verified: 'true' },
      undefined,
      { email: ADA, emailVerified: true },
    ],
    ['of which nothing is said', { email: ADA }, undefined, { email: ADA, emailVerified: false }],
    [
      'said not to be verified',
      { email: ADA, email_verified: 'false' },
      undefined,
      { email: ADA, emailVerified: false },
    ],
    [
      'verified by a number',
      { email: ADA, email_verified: 1 },
      undefined,
      { email: ADA, emailVerified: false },
    ],
    ['that is not there', { email_verified: true }, undefined, { email: null, emailVerified: false }],
    [
      'that is a list',
      { email: [ADA], email_verified: true },
      undefined,
      { email: null, emailVerified: false },
    ],
    ['from UserInfo', {}, { email: ADA, email_verified: true }, { email: ADA, emailVerified: true }],
    [
      'in two documents, verified in the other',
      { email: 'old@example.org', email_verified: true },
      { email: ADA },
      { email: ADA, emailVerified: false },
    ],
    [
      'in one document, verified in the other',
      { email: ADA },
      { email_verified: true },
      { email: ADA, emailVerified: false },
    ],
  ])('%s', (_, idToken, userInfo, address) => {
    expect(addressOf(idToken, userInfo)).toEqual(address);
  });

  it.each([
    [{}, true],
    [{ email: ADA }, true],
    [{ email: ADA, email_verified: false }, false],
  ])('UserInfo for %j: %s', (claims, needed) => expect(needsUserInfo(claims)).toBe(needed));
});

describe('the list of domains', () => {
  const domains = ['example.org'];

  it.each([
    ['a verified address', ADA, true, domains, undefined],
    ['another case', 'Ada@EXAMPLE.org', true, domains, undefined],
    ['an address that is not verified', ADA, false, domains, 'email_not_verified'],
    ['a subdomain', 'ada@mail.example.org', true, domains, 'domain_not_allowed'],
    ['a longer domain', 'ada@notexample.org', true, domains, 'domain_not_allowed'],
    ['the domain as a user name', 'example.org@evil.example', true, domains, 'domain_not_allowed'],
    ['two signs', 'ada@example.org@evil.example', true, domains, 'domain_not_allowed'],
    ['no address', null, false, domains, 'domain_not_allowed'],
    ['no list', 'ada@anywhere.example', false, undefined, undefined],
  ])('%s', (_, email, emailVerified, list, refusal) => {
    expect(domainRefusal({ email, emailVerified }, list)).toBe(refusal);
  });
});
