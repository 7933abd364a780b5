import { endianness } from 'node:os';
import type { EntryKind } from '../catalog.types.js';

/** The postings of a term: as the migration that makes them lays them out, but in the order of bytes of this machine. */
export type Postings = Uint16Array<ArrayBuffer>;

/** 2,048 entry numbers in a row. */
export const SEGMENT_BITS = 11;
export const NUMBER_MASK = (1 << SEGMENT_BITS) - 1;
/** Before the codes of a segment stand its number and their count. */
export const HEADER = 2;
const KIND_BIT = 1 << 13;
const CATEGORY_MASK = 3 << 14;
const CATEGORY_CODES: Readonly<Record<string, number>> = { image: 1 << 14, video: 2 << 14, utility: 3 << 14 };
const IS_LITTLE_ENDIAN = endianness() === 'LE';

/** Which codes pass: those that have the wanted bits where the mask has ones. */
export interface CodeFilter {
  mask: number;
  wanted: number;
}

/** Kind and category stand in every code; a task does not, so it is a term of its own. */
export function codeFilter(kind: EntryKind | null, category: string | null): CodeFilter {
  const categoryCode = category === null ? undefined : CATEGORY_CODES[category];
  return {
    mask: (kind === null ? 0 : KIND_BIT) | (categoryCode === undefined ? 0 : CATEGORY_MASK),
    wanted: (kind === 'wrapper' ? KIND_BIT : 0) | (categoryCode ?? 0),
  };
}

export const isCategory = (category: string): boolean => Object.hasOwn(CATEGORY_CODES, category);

/**
 * Once for what is read often: typed arrays are read several times faster than bytes put together.
 *
 * @param encoded segments as the index has them, with spaces between them
 */
export function decodePostings(encoded: string): Postings {
  const segments = encoded.split(' ');
  const size = segments.reduce((sum, segment) => sum + Buffer.byteLength(segment, 'base64'), 0);
  const codes = new Uint16Array(size / 2);
  const bytes = Buffer.from(codes.buffer);
  let at = 0;
  for (const segment of segments) at += bytes.write(segment, at, 'base64');
  if (IS_LITTLE_ENDIAN) bytes.swap16();
  return codes;
}

/** The numbers of the entries in a term's postings. */
export function* postedNumbers(
  postings: Postings | undefined,
  { mask, wanted }: CodeFilter,
): Generator<number> {
  if (postings === undefined) return;
  for (let at = 0; at < postings.length;) {
    const first = (postings[at] as number) << SEGMENT_BITS;
    const end = at + HEADER + (postings[at + 1] as number);
    for (at += HEADER; at < end; at += 1) {
      const code = postings[at] as number;
      if ((code & mask) === wanted) yield first | (code & NUMBER_MASK);
    }
  }
}

/** In how many entries a term is, without a look at each. */
export function countPostings(postings: Postings | undefined): number {
  let count = 0;
  if (postings === undefined) return count;
  for (let at = 0; at < postings.length;) {
    const size = postings[at + 1] as number;
    count += size;
    at += HEADER + size;
  }
  return count;
}
