import type { LoopTurns } from './loop-turns.js';
import { countPostings, type CodeFilter } from './postings.js';
import { Tally } from './tally.js';

/** One thing that the query asks for, and the terms by which entries may have it. */
export interface Concept {
  /** Term → how well it stands for the concept, up to 1. */
  terms: ReadonlyMap<string, number>;
  /** How much the concept counts beside others; its rarity comes on top. */
  weight: number;
}

/** What entries are worth to a query. */
interface Scores {
  /** By entry number. */
  scores: Float32Array;
  /** Numbers of the entries with more than 0, ascending. */
  hits: Int32Array;
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
export async function scoreEntries(
  asked: readonly Concept[],
  candidates: Candidates,
  turns: LoopTurns,
): Promise<Scores> {
  const concepts = asked.filter(({ terms }) =>
    [...terms.keys()].some((term) => candidates.postings.has(term)),
  );
  const found = new Tally(candidates.size);
  for (const concept of concepts) {
    const worth = concept.weight * rarity(concept, candidates);
    for (const [term, share] of concept.terms) {
      const byClass = Float32Array.from(CLASS_WEIGHTS, (weight) => weight * share * worth);
      found.raise(candidates.postings.get(term), byClass, candidates.filter);
      await turns.breathe();
    }
    found.collect();
  }
  return found.settle(concepts.length, candidates.allowed);
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
export function favour(
  { scores, hits }: Scores,
  curated: readonly number[],
  exact: readonly number[],
): Scores {
  for (const number of curated) scores[number] = (scores[number] as number) * CURATED;
  const others = exact.filter((number) => scores[number] === 0);
  for (const number of exact) scores[number] = (scores[number] as number) + EXACT;
  return { scores, hits: others.length > 0 ? Int32Array.from([...hits, ...others]).sort() : hits };
}

const BUCKETS = 4096;

/**
 * A slice of the hits, best first and by number among equals. Only what has about the scores of the slice is put in
 * order, so a deep page costs as much as the first.
 */
export function selectPage({ scores, hits }: Scores, offset: number, limit: number): number[] {
  if (offset >= hits.length) return [];
  let highest = 0;
  for (let index = 0; index < hits.length; index += 1) {
    const score = scores[hits[index] as number] as number;
    if (score > highest && score < EXACT) highest = score;
  }
  const scale = (BUCKETS - 2) / (highest || 1);
  const sizes = new Uint32Array(BUCKETS);
  for (let index = 0; index < hits.length; index += 1) {
    const bucket = bucketOf(scores[hits[index] as number] as number, scale);
    sizes[bucket] = (sizes[bucket] as number) + 1;
  }
  let first = 0;
  let before = 0;
  while (before + (sizes[first] as number) <= offset) before += sizes[first++] as number;
  let last = first;
  let reached = before;
  while (last < BUCKETS && reached < offset + limit) reached += sizes[last++] as number;
  const near = new Int32Array(reached - before);
  for (let index = 0, count = 0; count < near.length; index += 1) {
    const bucket = bucketOf(scores[hits[index] as number] as number, scale);
    if (bucket >= first && bucket < last) near[count++] = hits[index] as number;
  }
  return inOrder(near, scores, offset - before, limit);
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
