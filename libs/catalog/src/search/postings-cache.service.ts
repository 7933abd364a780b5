import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { Postings } from './postings.js';
import type { NamedEntry } from './query-words.js';
import { SearchRepository, type Filters, type FoundPostings } from './search.repository.js';

const MOST_BYTES = 32 * 1024 * 1024;
/** What a term costs to remember besides its letters and postings. */
const ENTRY_BYTES = 200;
const CHARACTER_BYTES = 2;
const NONE = new Uint16Array(0);

/**
 * Postings of terms that were asked for, of one version of the index. Common words have hundreds of kilobytes of them, and
 * most queries have one. Every read asks for the version, so nothing old is given, whether or not changes are heard.
 */
@Injectable()
export class PostingsCache {
  /** Empty: no entry has the term. */
  private readonly remembered = new LRUCache<string, Postings>({
    maxSize: MOST_BYTES,
    sizeCalculation: (postings, term) => ENTRY_BYTES + CHARACTER_BYTES * term.length + postings.byteLength,
  });
  private version = 0;

  constructor(private readonly repository: SearchRepository) {}

  /** The postings of all terms as they were at one moment. */
  async read(terms: readonly string[], named: NamedEntry, filters: Filters): Promise<FoundPostings> {
    const { version } = this;
    const known = new Map(terms.flatMap((term) => this.recall(term)));
    const missing = terms.filter((term) => !known.has(term));
    const found = await this.repository.readPostings(missing, named, filters);
    if (known.size > 0 && found.version !== version) return this.readAnew(terms, named, filters);
    this.remember(missing, found);
    for (const [term, postings] of known) if (postings.length > 0) found.postings.set(term, postings);
    return found;
  }

  /** Needed by nobody who wants right answers: to measure what remembering is worth. */
  forget(): void {
    this.remembered.clear();
  }

  private async readAnew(
    terms: readonly string[],
    named: NamedEntry,
    filters: Filters,
  ): Promise<FoundPostings> {
    const found = await this.repository.readPostings([...terms], named, filters);
    this.remember(terms, found);
    return found;
  }

  private recall(term: string): [string, Postings][] {
    const postings = this.remembered.get(term);
    return postings === undefined ? [] : [[term, postings]];
  }

  private remember(terms: readonly string[], { postings, version }: FoundPostings): void {
    if (version !== this.version) this.remembered.clear();
    this.version = version;
    for (const term of terms) this.remembered.set(term, postings.get(term) ?? NONE);
  }
}
