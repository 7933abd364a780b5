import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * OpenID Connect Core §3.1.3.6: whether `at_hash` is the left half of the access token's hash, base64url, with the
 * hash of the algorithm that signed the ID token. An algorithm without a known hash matches nothing.
 */
export function matchesAccessTokenHash(atHash: unknown, accessToken: string, signedWith: string): boolean {
  const hash = hashOf(signedWith);
  if (typeof atHash !== 'string' || hash === undefined) return false;
  const digest = createHash(hash).update(accessToken, 'ascii').digest();
  const expected = Buffer.from(digest.subarray(0, digest.length / 2).toString('base64url'));
  const given = Buffer.from(atHash);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The `alg` of a JWT's header; nothing is verified. */
export function algorithmOf(jwt: string): string {
  const [header = ''] = jwt.split('.', 1);
  const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { alg?: unknown };
  return typeof alg === 'string' ? alg : '';
}

function hashOf(algorithm: string): string | undefined {
  if (algorithm === 'EdDSA' || algorithm === 'Ed25519') return 'sha512';
  const [, bits] = /^(?:RS|PS|ES)(256|384|512)$/.exec(algorithm) ?? [];
  return bits && `sha${bits}`;
}
