import type { EntryKind } from '../catalog.types.js';

/** 2,048 entry numbers in a row. */
export const SEGMENT_BITS = 11;
export const NUMBER_MASK = (1 << SEGMENT_BITS) - 1;
const KIND_BIT = 1 << 13;
const CATEGORY_MASK = 3 << 14;
const CATEGORY_CODES: Readonly<Record<string, number>> = { image: 1 << 14, video: 2 << 14, utility: 3 << 14 };

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

/** The numbers of the entries in a term's postings, laid out as the migration that makes them describes. */
export function* postedNumbers(
  postings: Buffer | undefined,
  { mask, wanted }: CodeFilter,
): Generator<number> {
  for (let at = 0; at < (postings?.length ?? 0);) {
    const list = postings as Buffer;
    const first = list.readUInt16BE(at) << SEGMENT_BITS;
    const end = at + 4 + 2 * list.readUInt16BE(at + 2);
    for (at += 4; at < end; at += 2) {
      const code = list.readUInt16BE(at);
      if ((code & mask) === wanted) yield first | (code & NUMBER_MASK);
    }
  }
}

/** In how many entries a term is, without a look at each. */
export function countPostings(postings: Buffer | undefined): number {
  let count = 0;
  if (postings === undefined) return count;
  for (let at = 0; at < postings.length;) {
    const size = postings.readUInt16BE(at + 2);
    count += size;
    at += 4 + 2 * size;
  }
  return count;
}
