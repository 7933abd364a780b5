import { Injectable } from '@nestjs/common';
import { LoopTurns } from '../loop-turns.js';
import { codeFilter, isCategory, postedNumbers } from './postings.js';
import { PostingsCache } from './postings-cache.service.js';
import { QueryLanguage } from './query-language.service.js';
import type { NamedEntry } from './query-words.js';
import { rankEntries, type Concept, type RankedSlice } from './ranking.js';
import { SearchRepository, type Filters, type FoundPostings } from './search.repository.js';
import { TallyPool } from './tally-pool.js';

/** All that a ranking depends on besides the index. */
export interface RankingQuestion extends Filters {
  words: readonly string[];
  named: NamedEntry;
  /** The places that are asked for. */
  offset: number;
  limit: number;
}

/** A ranking, and the version of the index that it is of. */
export interface Ranking extends RankedSlice {
  version: number;
}

interface Interpretation {
  concepts: Concept[];
  found: FoundPostings;
}

const CURATED = '#curated';

/** Puts in order what the index has of a query. */
@Injectable()
export class QueryRanker {
  private readonly tallies = new TallyPool();

  constructor(
    private readonly repository: SearchRepository,
    private readonly postings: PostingsCache,
    private readonly language: QueryLanguage,
  ) {}

  async rank(question: RankingQuestion): Promise<Ranking> {
    const { concepts, found } = await this.interpret(question);
    const filter = codeFilter(question.kind, question.category);
    const task = taskTerm(question);
    const numbersOf = (term: string) => postedNumbers(found.postings.get(term), filter);
    const candidates = {
      ...found,
      filter,
      allowed: task === null ? null : numbersOf(task),
      curated: numbersOf(CURATED),
    };
    const tally = this.tallies.take(found.size);
    const ranked = await rankEntries(concepts, candidates, question, { tally, turns: new LoopTurns() });
    // Not after a failure: what that left is not known.
    this.tallies.giveBack(tally);
    return { ...ranked, version: found.version };
  }

  /** A word that neither an entry nor the thesaurus has is a typing error: its nearest word takes its place. */
  private async interpret(question: RankingQuestion): Promise<Interpretation> {
    const { words } = question;
    const first = await this.read(words, question);
    const unknown = await this.language.unknownWords(words, (stem) => first.found.postings.has(stem));
    if (unknown.length === 0) return first;
    const near = await this.repository.nearWords(unknown);
    const corrected = this.language.correct(words, unknown, near);
    if (corrected === null) return first;
    const { concepts, found } = await this.read(corrected, question);
    // Where the index changed meanwhile, the words were corrected for the version before.
    return { concepts, found: { ...found, version: first.found.version } };
  }

  private async read(words: readonly string[], question: RankingQuestion): Promise<Interpretation> {
    const concepts = await this.language.concepts(words);
    if (concepts.length === 0) concepts.push(EVERYTHING);
    const terms = new Set(concepts.flatMap((concept) => [...concept.terms.keys()]));
    const task = taskTerm(question);
    if (task !== null) terms.add(task);
    const found = await this.postings.read([...terms, CURATED], question.named, question);
    return { concepts, found };
  }
}

const EVERYTHING: Concept = {
  terms: new Map([
    ['#model', 1],
    ['#wrapper', 1],
  ]),
  weight: 1,
};

/** Kind and category stand in the postings themselves; a task is a term. */
const taskTerm = ({ category }: Filters): string | null =>
  category === null || isCategory(category) ? null : `=${category}`;
