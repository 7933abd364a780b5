import type { FileRecord } from '../records/file.entity.js';
import { parseRange } from './byte-range.js';
import { isNotModified, isRangeValid } from './conditional.js';
import { mediaHeaders, validatorsOf } from './media-headers.js';
import type { ByteRange } from '../storage/storage.port.js';

export interface MediaAnswer {
  status: 200 | 206 | 304 | 416;
  headers: Record<string, string>;
  /** Which bytes follow; null for none. */
  body: 'whole' | ByteRange | null;
}

type RequestHeaders = Record<string, string | string[] | undefined>;

/** What a GET of this file is answered with: preconditions first, then the range (RFC 9110 §13.2.2). */
export function answerMedia(file: FileRecord, request: RequestHeaders, now: Date): MediaAnswer {
  const headers = mediaHeaders(file, now);
  const validators = validatorsOf(file);
  if (isNotModified(request, validators)) {
    return { status: 304, headers: without(headers, 'content-type', 'content-disposition'), body: null };
  }
  const { range: rangeHeader } = request;
  const usable = typeof rangeHeader === 'string' && isRangeValid(request, validators);
  const range = usable ? parseRange(rangeHeader, file.size) : 'whole';
  if (range === 'unsatisfiable') {
    const rest = without(headers, 'cache-control', 'etag');
    return { status: 416, headers: { ...rest, 'content-range': `bytes */${file.size}` }, body: null };
  }
  if (range === 'whole') {
    return { status: 200, headers: { ...headers, 'content-length': String(file.size) }, body: 'whole' };
  }
  const partial = {
    'content-range': `bytes ${range.start}-${range.end}/${file.size}`,
    'content-length': String(range.end - range.start + 1),
  };
  return { status: 206, headers: { ...headers, ...partial }, body: range };
}

function without(headers: Record<string, string>, ...names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}
