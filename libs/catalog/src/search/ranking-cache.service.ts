import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Ranking, RankingQuestion } from './query-ranker.service.js';

const MOST_BYTES = 8 * 1024 * 1024;
/** What a ranking costs to remember besides its key and its numbers. */
const ENTRY_BYTES = 300;
const CHARACTER_BYTES = 2;
const NUMBER_BYTES = 8;

/**
 * The last rankings, for people ask the same again and turn pages. Whoever takes one compares its version with that of the
 * entries that are read for it, so nothing old is given, whether or not changes are heard.
 */
@Injectable()
export class RankingCache {
  private readonly remembered = new LRUCache<string, Ranking>({
    maxSize: MOST_BYTES,
    sizeCalculation: ({ numbers }, key) =>
      ENTRY_BYTES + CHARACTER_BYTES * key.length + NUMBER_BYTES * numbers.length,
  });

  recall(question: RankingQuestion): Ranking | undefined {
    return this.remembered.get(keyOf(question));
  }

  remember(question: RankingQuestion, ranking: Ranking): void {
    this.remembered.set(keyOf(question), ranking);
  }

  /** Needed by nobody who wants right answers: to measure what remembering is worth. */
  forget(): void {
    this.remembered.clear();
  }
}

const keyOf = ({ words, named, kind, category, offset, limit }: RankingQuestion): string =>
  JSON.stringify([words, named.alias, named.owner, named.name, kind, category, offset, limit]);
