import { countPostings, forEachPosting, type CodeFilter } from './postings.js';

/** One thing that the query asks for, and the terms by which entries may have it. */
export interface Concept {
  /** Term → how well it stands for the concept, up to 1. */
  terms: ReadonlyMap<string, number>;
  /** How much the concept counts beside others; its rarity comes on top. */
  weight: number;
}

/** What an entry is worth to a query; `hits` in no order. */
export interface Scores {
  hits: number[];
  /** By entry number. */
  scores: Float32Array;
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
  const { size } = candidates;
  const scores = new Float32Array(size);
  const matched = new Uint8Array(size);
  const ofConcept = new Float32Array(size);
  const hits: number[] = [];
  for (const concept of concepts) {
    ofConcept.fill(0);
    const worth = concept.weight * rarity(concept, candidates);
    for (const [term, share] of concept.terms) {
      const postings = candidates.postings.get(term);
      if (!postings) continue;
      const byClass = CLASS_WEIGHTS.map((weight) => Math.fround(weight * share * worth));
      forEachPosting(postings, candidates.filter, (number, weightClass) => {
        if (candidates.allowed !== null && candidates.allowed[number] === 0) return;
        const value = byClass[weightClass] as number;
        const before = ofConcept[number] as number;
        if (value <= before) return;
        if (before === 0) {
          if (matched[number] === 0) hits.push(number);
          matched[number] = (matched[number] as number) + 1;
        }
        ofConcept[number] = value;
        scores[number] = (scores[number] as number) + value - before;
      });
    }
  }
  for (const number of hits) {
    const coverage = (matched[number] as number) / concepts.length;
    scores[number] = (scores[number] as number) * (0.5 + 0.5 * coverage);
  }
  return { hits, scores };
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
export function favour({ scores, hits }: Scores, curated: readonly number[], exact: readonly number[]): void {
  for (const number of curated) scores[number] = (scores[number] as number) * CURATED;
  for (const number of exact) {
    if (scores[number] === 0) hits.push(number);
    scores[number] = (scores[number] as number) + EXACT;
  }
}

const BUCKETS = 4096;

/**
 * A slice of the hits, best first and by number among equals. Only what has about the scores of the slice is put in
 * order, so a deep page costs as much as the first.
 */
export function selectPage({ hits, scores }: Scores, offset: number, limit: number): number[] {
  if (offset >= hits.length) return [];
  let highest = 0;
  for (const number of hits) {
    const score = scores[number] as number;
    if (score < EXACT && score > highest) highest = score;
  }
  const scale = (BUCKETS - 2) / (highest || 1);
  const bucketOf = (number: number) => {
    const score = scores[number] as number;
    return score >= EXACT ? 0 : BUCKETS - 1 - Math.floor(score * scale);
  };
  const sizes = new Uint32Array(BUCKETS);
  for (const number of hits) sizes[bucketOf(number)] = (sizes[bucketOf(number)] as number) + 1;
  let first = 0;
  let before = 0;
  while (before + (sizes[first] as number) <= offset) before += sizes[first++] as number;
  let last = first;
  for (let reached = before; last < BUCKETS && reached < offset + limit; last += 1)
    reached += sizes[last] as number;
  const near = hits.filter((number) => {
    const bucket = bucketOf(number);
    return bucket >= first && bucket < last;
  });
  return inOrder(near, scores, offset - before, limit);
}

/** Common words leave thousands of equals, which a comparison each would make slow; so equals are put together first. */
function inOrder(numbers: number[], scores: Float32Array, offset: number, limit: number): number[] {
  const equals = new Map<number, number[]>();
  for (const number of numbers) {
    const score = scores[number] as number;
    const group = equals.get(score);
    if (group) group.push(number);
    else equals.set(score, [number]);
  }
  const page: number[] = [];
  let skipped = 0;
  for (const [, group] of [...equals].sort(([one], [other]) => other - one)) {
    if (page.length === limit) break;
    const from = Math.max(offset - skipped, 0);
    skipped += group.length;
    if (from >= group.length) continue;
    page.push(
      ...Int32Array.from(group)
        .sort()
        .subarray(from, from + limit - page.length),
    );
  }
  return page;
}
