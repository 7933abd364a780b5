import { createHash, randomBytes } from 'node:crypto';

/**
 * A new secret of 256 random bits, url-safe. The prefix tells people and secret scanners what it is
 * (`mrk_` API key, `mra_` access token, …); it carries no meaning for the server.
 */
export function generateSecret(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/**
 * What is stored in place of a secret. SHA-256 without salt or stretching is right for 256 random bits, and wrong
 * for passwords. Looking a row up by this hash needs no constant-time comparison: its timing tells about the hash.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
