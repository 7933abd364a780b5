import { isCodeChallenge, isCodeVerifier, verifierMatches } from './pkce.js';

// The example of RFC 7636, appendix B.
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

describe('PKCE S256 (RFC 7636)', () => {
  it('knows the verifier of the RFC', () => {
    expect(verifierMatches(CHALLENGE, VERIFIER)).toBe(true);
  });

  it.each([
    ['another verifier', CHALLENGE, VERIFIER.replace('d', 'e')],
    ['plain', VERIFIER, VERIFIER],
    ['a challenge of another length', 'short', VERIFIER],
    ['no challenge', null, VERIFIER],
  ])('refuses %s', (_, challenge, verifier) => {
    expect(verifierMatches(challenge, verifier)).toBe(false);
  });

  it.each([
    [VERIFIER, true],
    ['a'.repeat(42), false],
    ['a'.repeat(43), true],
    ['a'.repeat(128), true],
    ['a'.repeat(129), false],
    [`${'a'.repeat(43)}+`, false],
  ])('verifier %s: %p', (verifier, valid) => {
    expect(isCodeVerifier(verifier)).toBe(valid);
  });

  it.each([
    [CHALLENGE, true],
    [CHALLENGE.slice(1), false],
    [`${CHALLENGE}=`, false],
    [CHALLENGE.replace('-', '+'), false],
  ])('challenge %s: %p', (challenge, valid) => {
    expect(isCodeChallenge(challenge)).toBe(valid);
  });
});
