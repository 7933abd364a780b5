import { Injectable } from '@nestjs/common';
import { QueryRanker } from './query-ranker.service.js';
import { namedEntry, queryWords } from './query-words.js';
import { RankingCache } from './ranking-cache.service.js';
import { SearchRepository, type Filters, type ListRow } from './search.repository.js';

/** One slice of a list. */
export interface ListQuery extends Filters {
  limit: number;
  offset: number;
}

/** Places that are ranked together: who turns a page finds the next one remembered. */
const PLACES = 200;
/** While an import goes on, every attempt may meet another state. */
const MOST_ATTEMPTS = 3;

/**
 * Lists and search over the index that the database keeps (docs/adr/0007): a search ranks the entries' numbers, or remembers
 * the ranking, and reads the page.
 */
@Injectable()
export class CatalogSearch {
  constructor(
    private readonly repository: SearchRepository,
    private readonly ranker: QueryRanker,
    private readonly rankings: RankingCache,
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
  async search(query: string, { kind, category, limit, offset }: ListQuery): Promise<ListRow> {
    const from = offset % PLACES;
    const places = { offset: offset - from, limit: PLACES + limit };
    const question = { words: queryWords(query), named: namedEntry(query), kind, category, ...places };
    const remembered = this.rankings.recall(question);
    for (let attempt = remembered ? 0 : 1; ; attempt += 1) {
      const ranking = attempt === 0 && remembered ? remembered : await this.ranker.rank(question);
      if (ranking !== remembered) this.rankings.remember(question, ranking);
      const { total, numbers } = ranking;
      const { items, version } = await this.repository.readSummaries(numbers.slice(from, from + limit));
      // Else the catalogue changed between the two reads: the page and the total would not be of one state.
      if (version === ranking.version || attempt === MOST_ATTEMPTS) return { total, items };
    }
  }
}
