import { createHash, timingSafeEqual } from 'node:crypto';

/** A SHA-256 in base64url is 43 characters (RFC 7636 §4.2). */
export function isCodeChallenge(challenge: string): boolean {
  return /^[\w-]{43}$/.test(challenge);
}

/** RFC 7636 §4.1: 43 to 128 unreserved characters. */
export function isCodeVerifier(verifier: string): boolean {
  return /^[\w.~-]{43,128}$/.test(verifier);
}

/** RFC 7636 §4.6, S256. A code without a challenge matches no verifier (RFC 9700 §4.8.2). */
export function verifierMatches(challenge: string | null, verifier: string): boolean {
  if (challenge === null) return false;
  const computed = Buffer.from(createHash('sha256').update(verifier).digest('base64url'));
  const expected = Buffer.from(challenge);
  return computed.length === expected.length && timingSafeEqual(computed, expected);
}
