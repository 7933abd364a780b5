import { Injectable } from '@nestjs/common';
import { PreparedQueries } from '#libs/database';
import type { SummaryRow } from '../catalog.repository.js';
import type { EntryKind } from '../catalog.types.js';
import { LoopTurns } from '../loop-turns.js';
import { decodePostings, type Postings } from './postings.js';
import type { NamedEntry } from './query-words.js';
import { LIST_PAGE, NEAR_WORDS, READ_POSTINGS, READ_STEMS, READ_SUMMARIES } from './search.sql.js';

/** One slice of a list. */
export interface ListRow {
  total: number;
  items: SummaryRow[];
}

/** What the index has of a query. */
export interface FoundPostings {
  /** Terms that no entry has are missing. */
  postings: Map<string, Postings>;
  /** Numbers of the entries that the query names. */
  exact: number[];
  /** One more than the greatest number. */
  size: number;
  /** Of the index; changes with it. */
  version: number;
}

/** Null: any. */
export interface Filters {
  kind: EntryKind | null;
  /** A category or a task. */
  category: string | null;
}

/** Of a term, or without one of the rest that is read with them. */
interface PostingsRow {
  term: string | null;
  postings: string | null;
  exact: number[] | null;
  greatest: number | null;
  version: number | null;
}

/** Reads of the search index, one prepared statement each. */
@Injectable()
export class SearchRepository {
  constructor(private readonly queries: PreparedQueries) {}

  async listPage(term: string, limit: number, offset: number): Promise<ListRow> {
    const [row] = await this.queries.rows<ListRow>('catalog_list_page', LIST_PAGE, [term, limit, offset]);
    return row ?? { total: 0, items: [] };
  }

  async readPostings(
    terms: string[],
    { alias, owner, name }: NamedEntry,
    { kind, category }: Filters,
  ): Promise<FoundPostings> {
    const values = [terms, alias, owner, kind, category, name];
    const rows = await this.queries.rows<PostingsRow>('catalog_postings', READ_POSTINGS, values);
    const found: FoundPostings = { postings: new Map(), exact: [], size: 0, version: 0 };
    const turns = new LoopTurns();
    for (const { term, postings, exact, greatest, version } of rows) {
      await turns.breathe();
      if (term === null) Object.assign(found, { exact, size: (greatest ?? -1) + 1, version });
      else if (postings !== null) found.postings.set(term, decodePostings(postings));
    }
    return found;
  }

  /** With the version of the index as these entries were read. */
  async readSummaries(numbers: number[]): Promise<{ items: SummaryRow[]; version: number }> {
    const [row] = await this.queries.rows<{ items: SummaryRow[]; version: number }>(
      'catalog_summaries',
      READ_SUMMARIES,
      [numbers],
    );
    return row ?? { items: [], version: 0 };
  }

  readStems(words: string[]): Promise<{ word: string; stem: string | null }[]> {
    return this.queries.rows('catalog_stems', READ_STEMS, [words]);
  }

  /** For each word those of the catalogue that are spelled like it, the most alike first. */
  async nearWords(words: string[]): Promise<Map<string, string[]>> {
    const rows = await this.queries.rows<{ given: string; words: string[] }>(
      'catalog_near_words',
      NEAR_WORDS,
      [words],
    );
    return new Map(rows.map((row) => [row.given, row.words]));
  }
}
