import type { ByteRange } from '../storage/storage.port.js';

/** `unsatisfiable` is answered with 416. */
export type RangeRequest = ByteRange | 'whole' | 'unsatisfiable';

/**
 * Reads a `Range` header (RFC 9110 §14.2). One range of bytes is honoured; several, other units and malformed ones
 * are ignored, as the RFC allows. (`range-parser` calls a suffix longer than the file unsatisfiable, which it is not.)
 * @param size bytes of the file
 */
export function parseRange(header: string | undefined, size: number): RangeRequest {
  const match = /^bytes=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (!match || (first === '' && last === '')) return 'whole';
  if (first === '') return suffix(Number(last), size);
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return 'whole';
  return start < size ? { start, end } : 'unsatisfiable';
}

function suffix(length: number, size: number): RangeRequest {
  if (length === 0 || size === 0) return 'unsatisfiable';
  return { start: Math.max(0, size - length), end: size - 1 };
}
