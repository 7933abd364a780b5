import { BestEntries } from './best-entries.js';
import type { LoopTurns } from '../loop-turns.js';
import { countPostings, type CodeFilter, type Postings } from './postings.js';
import { MOST_CONCEPTS, SETTLED, type LeveledTerm, type Tally } from './tally.js';

/** One thing that the query asks for, and the terms by which entries may have it. */
export interface Concept {
  /** Term → how well it stands for the concept, up to 1. */
  terms: ReadonlyMap<string, number>;
  /** How much the concept counts beside others; its rarity comes on top. */
  weight: number;
}

/** What the index has of what is asked for. */
export interface Candidates {
  /** Terms that no entry has are missing. */
  postings: ReadonlyMap<string, Postings>;
  /** One more than the greatest entry number. */
  size: number;
  filter: CodeFilter;
  /** Numbers of the entries that alone may be hits; null for all. */
  allowed: Iterable<number> | null;
  curated: Iterable<number>;
  /** Numbers of the entries that the query names. */
  exact: readonly number[];
}

/** A slice of the hits, best first and by number among equals. */
export interface RankedSlice {
  /** Of all hits. */
  total: number;
  numbers: number[];
}

/** Name and alias, task, summary, description. */
const CLASS_WEIGHTS = [1, 0.8, 0.5, 0.3];
/** Rarer than this counts no more: a stray word of one entry must not outweigh what all the others say. */
const MOST_RARITY = 5;
/** A share from which a term is not just near the concept. */
const SURE = 0.9;
const CURATED = 1.08;
const EXACT = 1_000;

/**
 * Adds up what each entry has of each concept, the best term of a concept alone; many concepts beat one.
 *
 * @param tally cleared, with room for all entries
 */
export async function rankEntries(
  asked: readonly Concept[],
  candidates: Candidates,
  slice: { offset: number; limit: number },
  { tally, turns }: { tally: Tally; turns: LoopTurns },
): Promise<RankedSlice> {
  const concepts = asked
    .map((concept) => ({ ...concept, terms: foundTerms(concept, candidates) }))
    .filter(({ terms }) => terms.size > 0)
    .slice(0, MOST_CONCEPTS);
  for (const concept of concepts) {
    const levels = conceptLevels(concept, candidates);
    for (const term of levels.terms) {
      tally.raise(term, candidates.filter);
      await turns.breathe();
    }
    tally.collect(levels.worths);
  }
  if (candidates.allowed !== null) tally.keepOnly(candidates.allowed);
  const factors = coverageFactors(concepts.length);
  favour(tally, factors, candidates);
  await turns.breathe();
  const best = new BestEntries(slice.offset + slice.limit, tally.hits);
  best.takeIn(tally, factors);
  return { total: tally.hits, numbers: best.slice(slice.offset, slice.limit) };
}

const foundTerms = ({ terms }: Concept, { postings }: Candidates): ReadonlyMap<string, number> =>
  new Map([...terms].filter(([term]) => postings.has(term)));

/** What a concept's terms are worth in each class: few different shares (63 fit) make few different numbers, counted as levels. */
function conceptLevels(
  concept: Concept,
  candidates: Candidates,
): { terms: LeveledTerm[]; worths: Float32Array } {
  const worth = concept.weight * rarity(concept, candidates);
  const byShare = new Map(
    [...concept.terms.values()].map((share) => [
      share,
      CLASS_WEIGHTS.map((weight) => weight * share * worth),
    ]),
  );
  const worths = [0, ...new Set([...byShare.values()].flat())].sort((one, other) => one - other);
  const terms = [...concept.terms].map(([term, share]) => ({
    postings: candidates.postings.get(term) as Postings,
    levels: Uint8Array.from(byShare.get(share) as number[], (value) => worths.indexOf(value)),
  }));
  return { terms, worths: Float32Array.from(worths) };
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

/** What a score counts for, by how many of the concepts the entry has. */
function coverageFactors(concepts: number): Float64Array {
  const factors = Float64Array.from(
    { length: SETTLED + 1 },
    (_, count) => 0.5 + (0.5 * count) / (concepts || 1),
  );
  factors[SETTLED] = 1;
  return factors;
}

/** Curated entries stand slightly ahead of their equals, those that the query names before all. */
function favour(tally: Tally, factors: Float64Array, { curated, exact }: Candidates): void {
  const scoreOf = (number: number) =>
    Math.fround((tally.scores[number] as number) * (factors[tally.matched[number] as number] as number));
  for (const number of curated) {
    const score = scoreOf(number);
    if (score > 0) tally.settle(number, score * CURATED);
  }
  for (const number of exact) tally.settle(number, scoreOf(number) + EXACT);
}
