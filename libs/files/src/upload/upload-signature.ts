import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a signed upload URL allows: exactly this, until then. */
export interface UploadGrant {
  method: 'PUT';
  key: string;
  /** The media type that must be sent; null for parts, which have none of their own. */
  contentType: string | null;
  /** The exact number of bytes; null when it was not announced. */
  size: number | null;
  /** Unix seconds. */
  expires: number;
  /** For one part of a multipart upload. */
  part: { uploadId: string; number: number } | null;
}

/** HMAC-SHA256 over all fields, in base64url. */
export function signUpload(secret: Buffer, grant: UploadGrant): string {
  const { method, key, contentType, size, expires, part } = grant;
  const fields = [method, key, contentType, size, expires, part?.uploadId ?? null, part?.number ?? null];
  return createHmac('sha256', secret).update(JSON.stringify(fields)).digest('base64url');
}

export function isSignatureValid(secret: Buffer, grant: UploadGrant, signature: string): boolean {
  const expected = Buffer.from(signUpload(secret, grant));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
