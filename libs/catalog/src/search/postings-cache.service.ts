import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { CatalogChanges } from '../changes/catalog-changes.service.js';
import type { NamedEndpoint } from './query-words.js';
import { SearchRepository, type Filters, type FoundPostings } from './search.repository.js';

const MOST_BYTES = 32 * 1024 * 1024;
/** What a term without postings costs to remember. */
const ENTRY_BYTES = 200;
/** The bound for an event that was lost without notice, as for everything else that is remembered of the catalogue. */
const TTL_MS = 30_000;

/**
 * Postings of terms that were asked for, until the catalogue changes. Common words have hundreds of kilobytes of them, and
 * most queries have one. While changes of other processes are not heard, nothing is remembered.
 */
@Injectable()
export class PostingsCache implements OnModuleDestroy {
  /** Null: no entry has the term. */
  private readonly remembered = new Map<string, Buffer | null>();
  private bytes = 0;
  private changes = 0;
  /** When it last began with nothing, by the monotonic clock. */
  private since = performance.now();
  private readonly unsubscribe: () => void;

  constructor(
    private readonly repository: SearchRepository,
    private readonly catalogChanges: CatalogChanges,
  ) {
    this.unsubscribe = catalogChanges.subscribe(() => this.forget());
  }

  onModuleDestroy(): void {
    this.unsubscribe();
  }

  async read(terms: readonly string[], named: NamedEndpoint, filters: Filters): Promise<FoundPostings> {
    if (!this.catalogChanges.areHeard || performance.now() - this.since > TTL_MS) this.forget();
    const before = this.changes;
    const known = new Map(terms.flatMap((term) => this.recall(term)));
    const missing = terms.filter((term) => !known.has(term));
    const found = await this.repository.readPostings(missing, named, filters);
    // What was read before a change must not be remembered after it, nor be mixed with what was read later.
    if (before !== this.changes && known.size > 0)
      return this.repository.readPostings([...terms], named, filters);
    if (before === this.changes && this.catalogChanges.areHeard)
      for (const term of missing) this.remember(term, found.postings.get(term) ?? null);
    for (const [term, postings] of known) if (postings !== null) found.postings.set(term, postings);
    return found;
  }

  private recall(term: string): [string, Buffer | null][] {
    const postings = this.remembered.get(term);
    return postings === undefined ? [] : [[term, postings]];
  }

  private remember(term: string, postings: Buffer | null): void {
    this.bytes += ENTRY_BYTES + (postings?.length ?? 0);
    if (this.bytes > MOST_BYTES) {
      this.remembered.clear();
      this.bytes = 0;
      return;
    }
    this.remembered.set(term, postings);
  }

  private forget(): void {
    this.changes += 1;
    this.since = performance.now();
    this.remembered.clear();
    this.bytes = 0;
  }
}
