import { Injectable } from '@nestjs/common';
import { LoopTurns } from './loop-turns.js';
import { codeFilter, postedNumbers, isCategory } from './postings.js';
import { PostingsCache } from './postings-cache.service.js';
import { QueryLanguage } from './query-language.service.js';
import { namedEndpoint, queryWords } from './query-words.js';
import { favour, scoreEntries, selectPage, type Concept } from './ranking.js';
import { SearchRepository, type Filters, type FoundPostings, type ListRow } from './search.repository.js';

/** One slice of a list. */
export interface ListQuery extends Filters {
  limit: number;
  offset: number;
}

interface Interpretation {
  concepts: Concept[];
  found: FoundPostings;
}

interface RankedPage {
  total: number;
  numbers: number[];
}

const CURATED = '#curated';
/** While an import goes on, every attempt may meet another state. */
const MOST_ATTEMPTS = 3;

/**
 * Lists and search over the index that the database keeps (docs/adr/0007): it reads the postings of the terms that a
 * query asks for, ranks here, and reads the page.
 */
@Injectable()
export class CatalogSearch {
  constructor(
    private readonly repository: SearchRepository,
    private readonly postings: PostingsCache,
    private readonly language: QueryLanguage,
  ) {}

  /** In the order in which the entries were added, so that pages do not shift while new ones come. */
  list({ kind, category, limit, offset }: ListQuery): Promise<ListRow> {
    const term = category === null ? `#${kind}` : `#${kind}:${category}`;
    return this.repository.listPage(term, limit, offset);
  }

  /**
   * Entries that have any of what the query asks for, the best first. A query without a word that could be searched for
   * (stop words, signs, emoji) finds all there is, curated ones first.
   */
  async search(query: string, wanted: ListQuery): Promise<ListRow> {
    for (let attempt = 1; ; attempt += 1) {
      const interpretation = await this.interpret(query, wanted);
      const { total, numbers } = await this.rank(interpretation, wanted);
      if (numbers.length === 0) return { total, items: [] };
      const { items, version } = await this.repository.readSummaries(numbers);
      // The catalogue changed between the two reads: the page and the total would not be of one state.
      if (version === interpretation.found.version || attempt === MOST_ATTEMPTS) return { total, items };
    }
  }

  private async rank({ concepts, found }: Interpretation, wanted: ListQuery): Promise<RankedPage> {
    const turns = new LoopTurns();
    const filter = codeFilter(wanted.kind, wanted.category);
    const task = taskTerm(wanted);
    const { postings, size, exact } = found;
    const allowed = task === null ? null : new Uint8Array(size);
    for (const number of task === null ? [] : postedNumbers(postings.get(task), filter))
      (allowed as Uint8Array)[number] = 1;
    const scored = await scoreEntries(concepts, { postings, size, filter, allowed }, turns);
    const ranked = favour(scored, [...postedNumbers(postings.get(CURATED), filter)], exact);
    await turns.breathe();
    return { total: ranked.hits.length, numbers: selectPage(ranked, wanted.offset, wanted.limit) };
  }

  /** A word that neither an entry nor the thesaurus has is a typing error: its nearest word takes its place. */
  private async interpret(query: string, wanted: ListQuery): Promise<Interpretation> {
    const words = queryWords(query);
    const first = await this.read(words, query, wanted);
    const unknown = await this.language.unknownWords(words, (stem) => first.found.postings.has(stem));
    if (unknown.length === 0) return first;
    const near = await this.repository.nearWords(unknown);
    const corrected = this.language.correct(words, unknown, near);
    return corrected === null ? first : this.read(corrected, query, wanted);
  }

  private async read(words: string[], query: string, wanted: ListQuery): Promise<Interpretation> {
    const concepts = await this.language.concepts(words);
    if (concepts.length === 0) concepts.push(EVERYTHING);
    const terms = new Set(concepts.flatMap((concept) => [...concept.terms.keys()]));
    const task = taskTerm(wanted);
    if (task !== null) terms.add(task);
    const found = await this.postings.read([...terms, CURATED], namedEndpoint(query), wanted);
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
const taskTerm = ({ category }: ListQuery): string | null =>
  category === null || isCategory(category) ? null : `=${category}`;
