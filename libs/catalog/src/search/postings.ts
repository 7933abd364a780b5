import type { EntryKind } from '../catalog.types.js';

/** 2,048 entry numbers in a row. */
const SEGMENT_BITS = 11;
const NUMBER_MASK = (1 << SEGMENT_BITS) - 1;
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

/**
 * The postings of a term over all segments, as the migration that makes them describes them.
 *
 * @param visit the entry's number and the weight class, 0 (A) to 3 (D)
 */
export function forEachPosting(
  postings: Buffer | undefined,
  { mask, wanted }: CodeFilter,
  visit: (number: number, weightClass: number) => void,
): void {
  if (postings === undefined) return;
  let at = 0;
  while (at < postings.length) {
    const first = postings.readUInt16BE(at) << SEGMENT_BITS;
    const end = at + 4 + 2 * postings.readUInt16BE(at + 2);
    for (at += 4; at < end; at += 2) {
      const code = ((postings[at] as number) << 8) | (postings[at + 1] as number);
      if ((code & mask) === wanted) visit(first | (code & NUMBER_MASK), (code >> SEGMENT_BITS) & 3);
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
