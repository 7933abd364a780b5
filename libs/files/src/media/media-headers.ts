import { create as createDisposition } from 'content-disposition';
import type { FileRecord } from '../records/file.entity.js';
import type { Validators } from './conditional.js';

const YEAR_SECONDS = 31_536_000;
/** Shown in place. Everything else, known or not, is a download: what is not here could run as a page. */
const INLINE =
  /^(image\/(png|apng|jpeg|webp|gif|avif|bmp|tiff|heic|heif|x-icon|vnd\.microsoft\.icon)|(video|audio)\/[a-z0-9.+-]+|text\/plain|application\/(json|pdf))$/;

export function validatorsOf(file: FileRecord): Validators {
  return { etag: `"${file.sha256}"`, lastModified: file.createdAt };
}

/**
 * `public`, because the URL is the right to read: no cookie decides, so a shared cache gives nothing to anyone who could
 * not have asked (docs/adr/0008).
 *
 * Headers that every answer with this file has, 304 too. The file is public to whoever has its URL, so that
 * assistants and pages of other origins can show it; nothing in it may run.
 */
export function mediaHeaders(file: FileRecord, now: Date): Record<string, string> {
  const { etag, lastModified } = validatorsOf(file);
  const lifetime = Math.floor((file.expiresAt.getTime() - now.getTime()) / 1_000);
  return {
    etag,
    'last-modified': lastModified.toUTCString(),
    'cache-control': `public, max-age=${Math.max(0, Math.min(YEAR_SECONDS, lifetime))}, immutable`,
    'accept-ranges': 'bytes',
    'content-type': file.contentType.startsWith('text/')
      ? `${file.contentType}; charset=utf-8`
      : file.contentType,
    'content-disposition': createDisposition(file.fileName, {
      type: INLINE.test(file.contentType) ? 'inline' : 'attachment',
    }),
    'x-content-type-options': 'nosniff',
    // A URL that nobody can guess stays so while no index lists it.
    'x-robots-tag': 'noindex',
    'content-security-policy':
      "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
    'cross-origin-resource-policy': 'cross-origin',
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'content-length, content-range, content-disposition, etag',
  };
}
