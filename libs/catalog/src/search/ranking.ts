import { countPostings, NUMBER_MASK, SEGMENT_BITS, type CodeFilter } from './postings.js';

/** One thing that the query asks for, and the terms by which entries may have it. */
export interface Concept {
  /** Term → how well it stands for the concept, up to 1. */
  terms: ReadonlyMap<string, number>;
  /** How much the concept counts beside others; its rarity comes on top. */
  weight: number;
}

/** What entries are worth to a query, by their numbers; those with more than 0 are the hits. */
export interface Scores {
  scores: Float32Array;
  /** How many hits there are. */
  total: number;
}

export interface Candidates {
  postings: ReadonlyMap<string, Buffer>;
  /** One more than the greatest entry number. */
  size: number;
  filter: CodeFilter;
  /** Entries that alone may be hits; null for all. */
  allowed: Uint8Array | null;
}

/** Name and alias, task, summary, description. */
const CLASS_WEIGHTS = [1, 0.8, 0.5, 0.3];
/** Rarer than this counts no more: a stray word of one entry must not outweigh what all the others say. */
const MOST_RARITY = 5;
/** A share from which a term is not just near the concept. */
const SURE = 0.9;
const CURATED = 1.08;
const EXACT = 1_000;

/** Adds up what each entry has of each concept, the best term of a concept alone; many concepts beat one. */
export function scoreEntries(asked: readonly Concept[], candidates: Candidates): Scores {
  const concepts = asked.filter(({ terms }) =>
    [...terms.keys()].some((term) => candidates.postings.has(term)),
  );
  const scores = new Float32Array(candidates.size);
  const matched = new Uint8Array(candidates.size);
  const ofConcept = new Float32Array(candidates.size);
  for (const concept of concepts) {
    const worth = concept.weight * rarity(concept, candidates);
    for (const [term, share] of concept.terms) {
      const byClass = Float32Array.from(CLASS_WEIGHTS, (weight) => weight * share * worth);
      raise(ofConcept, candidates.postings.get(term), byClass, candidates.filter);
    }
    collect(ofConcept, scores, matched);
  }
  return { scores, total: settle(scores, matched, concepts.length, candidates.allowed) };
}

/**
 * A common word has most of the catalogue for postings, so this and what follows are plain loops over typed arrays: some
 * nanoseconds for an entry, where a function for each would take many times that.
 */
function raise(
  values: Float32Array,
  postings: Buffer | undefined,
  byClass: Float32Array,
  { mask, wanted }: CodeFilter,
): void {
  if (postings === undefined) return;
  for (let at = 0; at < postings.length;) {
    const first = postings.readUInt16BE(at) << SEGMENT_BITS;
    const end = at + 4 + 2 * postings.readUInt16BE(at + 2);
    for (at += 4; at < end; at += 2) {
      const code = ((postings[at] as number) << 8) | (postings[at + 1] as number);
      if ((code & mask) !== wanted) continue;
      const number = first | (code & NUMBER_MASK);
      const value = byClass[(code >> SEGMENT_BITS) & 3] as number;
      if (value > (values[number] as number)) values[number] = value;
    }
  }
}

/** Adds a concept's values to the scores and takes them back to nothing for the next. */
function collect(values: Float32Array, scores: Float32Array, matched: Uint8Array): void {
  for (let number = 0; number < values.length; number += 1) {
    const value = values[number] as number;
    if (value === 0) continue;
    scores[number] = (scores[number] as number) + value;
    matched[number] = (matched[number] as number) + 1;
    values[number] = 0;
  }
}

/** Leaves hits alone and favours those with many of the concepts; their count. */
function settle(
  scores: Float32Array,
  matched: Uint8Array,
  concepts: number,
  allowed: Uint8Array | null,
): number {
  let total = 0;
  for (let number = 0; number < scores.length; number += 1) {
    const count = matched[number] as number;
    if (count === 0) continue;
    const isAllowed = allowed === null || allowed[number] === 1;
    scores[number] = isAllowed ? (scores[number] as number) * (0.5 + (0.5 * count) / concepts) : 0;
    if (isAllowed) total += 1;
  }
  return total;
}

/** Rarity of what surely stands for the concept, or where nothing has that, of all that may. */
function rarity({ terms }: Concept, { postings, size }: Candidates): number {
  const count = (least: number) => {
    let entries = 0;
    for (const [term, share] of terms)
      if (share >= least) entries = Math.max(entries, countPostings(postings.get(term)));
    return entries;
  };
  return Math.min(Math.log(1 + size / (count(SURE) || count(0) || 1)), MOST_RARITY);
}

/** Curated entries stand slightly ahead of their equals, those that the query names before all. */
export function favour(ranked: Scores, curated: readonly number[], exact: readonly number[]): void {
  const { scores } = ranked;
  for (const number of curated) scores[number] = (scores[number] as number) * CURATED;
  for (const number of exact) {
    if (scores[number] === 0) ranked.total += 1;
    scores[number] = (scores[number] as number) + EXACT;
  }
}

const BUCKETS = 4096;

/**
 * A slice of the hits, best first and by number among equals. Only what has about the scores of the slice is put in
 * order, so a deep page costs as much as the first.
 */
export function selectPage({ scores, total }: Scores, offset: number, limit: number): number[] {
  if (offset >= total) return [];
  let highest = 0;
  for (let number = 0; number < scores.length; number += 1) {
    const score = scores[number] as number;
    if (score > highest && score < EXACT) highest = score;
  }
  const scale = (BUCKETS - 2) / (highest || 1);
  const sizes = new Uint32Array(BUCKETS);
  for (let number = 0; number < scores.length; number += 1) {
    const score = scores[number] as number;
    if (score === 0) continue;
    const bucket = bucketOf(score, scale);
    sizes[bucket] = (sizes[bucket] as number) + 1;
  }
  let first = 0;
  let before = 0;
  while (before + (sizes[first] as number) <= offset) before += sizes[first++] as number;
  let last = first;
  for (let reached = before; last < BUCKETS && reached < offset + limit; last += 1)
    reached += sizes[last] as number;
  const near = new Int32Array(total);
  let count = 0;
  for (let number = 0; number < scores.length; number += 1) {
    const score = scores[number] as number;
    if (score === 0) continue;
    const bucket = bucketOf(score, scale);
    if (bucket >= first && bucket < last) near[count++] = number;
  }
  return inOrder(near.subarray(0, count), scores, offset - before, limit);
}

/** The first bucket has the best. */
const bucketOf = (score: number, scale: number): number =>
  score >= EXACT ? 0 : BUCKETS - 1 - Math.floor(score * scale);

/**
 * Common words leave thousands of equals, so what is next is looked for, equals and all, rather than everything compared.
 *
 * @param numbers ascending
 */
function inOrder(numbers: Int32Array, scores: Float32Array, offset: number, limit: number): number[] {
  const page: number[] = [];
  let ceiling = Infinity;
  for (let before = 0; before < numbers.length && page.length < limit;) {
    const { score, count } = nextBest(numbers, scores, ceiling);
    let skip = Math.max(offset - before, 0);
    for (let index = 0; skip < count && page.length < limit && index < numbers.length; index += 1) {
      const number = numbers[index] as number;
      if (scores[number] !== score) continue;
      if (skip > 0) skip -= 1;
      else page.push(number);
    }
    before += count;
    ceiling = score;
  }
  return page;
}

/** The greatest score below the ceiling, and how many have it. */
function nextBest(
  numbers: Int32Array,
  scores: Float32Array,
  ceiling: number,
): { score: number; count: number } {
  let best = 0;
  let count = 0;
  for (let index = 0; index < numbers.length; index += 1) {
    const score = scores[numbers[index] as number] as number;
    if (score >= ceiling || score < best) continue;
    count = score === best ? count + 1 : 1;
    best = score;
  }
  return { score: best, count };
}
