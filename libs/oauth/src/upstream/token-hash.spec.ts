import { algorithmOf, matchesAccessTokenHash } from './token-hash.js';

// The example of OpenID Connect Core, appendix A.3.
const ACCESS_TOKEN = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y';
const AT_HASH = '77QmUPtjPfzWtF2AnpK9RQ';

describe('the hash of the access token', () => {
  it.each([
    ['the example of the specification', AT_HASH, ACCESS_TOKEN, 'RS256', true],
    ['another token', AT_HASH, `${ACCESS_TOKEN}x`, 'RS256', false],
    ['another hash', AT_HASH, ACCESS_TOKEN, 'RS512', false],
    ['the whole hash instead of its half', `${AT_HASH}AAAAAAAAAAAAAAAAAAAAAA`, ACCESS_TOKEN, 'RS256', false],
    ['an algorithm without a hash', AT_HASH, ACCESS_TOKEN, 'none', false],
    ['a number', 77, ACCESS_TOKEN, 'RS256', false],
    ['nothing', '', ACCESS_TOKEN, 'RS256', false],
  ])('of %s', (_, atHash, token, algorithm, expected) => {
    expect(matchesAccessTokenHash(atHash, token, algorithm)).toBe(expected);
  });

  it('reads the algorithm of a token', () => {
    const jwt = (header: object) => `${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.x`;
    expect(algorithmOf(jwt({ alg: 'ES384' }))).toBe('ES384');
    expect(algorithmOf(jwt({}))).toBe('');
  });
});
