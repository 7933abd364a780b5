import { createHash } from 'node:crypto';

/**
 * A digest of what was asked for, the same for every order of the keys. It tells a retry from another request
 * under the same idempotency key.
 * @returns hexadecimal SHA-256
 */
export function inputFingerprint(endpoint: string, input: unknown): string {
  return createHash('sha256')
    .update(canonicalJson([endpoint, input]))
    .digest('hex');
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
