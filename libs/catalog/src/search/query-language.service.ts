import { Injectable } from '@nestjs/common';
import { SpellingDictionary } from './spelling-dictionary.js';
import { compileThesaurus, queryConcepts, thesaurusWords, type Thesaurus } from './query-concepts.js';
import { MEDIUM_OF } from './query-words.js';
import type { Concept } from './ranking.js';
import { SearchRepository } from './search.repository.js';
import { readTaskExamples } from './task-examples.js';

const MOST_REMEMBERED = 20_000;
const SHORTEST_CORRECTED = 4;
/** Longer words are no words, and nothing in the catalogue is spelled like them. */
const LONGEST_WORD = 40;
const MOST_CORRECTED = 4;

/** What the words of a query mean: their stems, as PostgreSQL's dictionary has them, and the thesaurus over those. */
@Injectable()
export class QueryLanguage {
  /** A word's stem never changes, so nothing here grows old. */
  private readonly stems = new Map<string, string | null>();
  private dictionary = new SpellingDictionary([]);
  private thesaurus: Promise<Thesaurus> | undefined;

  constructor(private readonly repository: SearchRepository) {}

  /** Empty when there is no word that could be searched for. */
  async concepts(words: readonly string[]): Promise<Concept[]> {
    const thesaurus = await this.compiled();
    return queryConcepts(words, await this.stemsOf(words), thesaurus);
  }

  /** Words that are probably mistyped: no entry has them, and neither the thesaurus. */
  async unknownWords(words: readonly string[], isKnown: (stem: string) => boolean): Promise<string[]> {
    const stems = await this.stemsOf(words);
    const { known } = await this.compiled();
    const unknown = words.filter((word) => {
      const stem = stems.get(word);
      return (
        stem &&
        !isKnown(stem) &&
        !known.has(stem) &&
        !MEDIUM_OF.has(word) &&
        word.length >= SHORTEST_CORRECTED &&
        word.length <= LONGEST_WORD &&
        !/\d/.test(word)
      );
    });
    return [...new Set(unknown)].slice(0, MOST_CORRECTED);
  }

  /**
   * @param near by mistyped word, what the catalogue has that is spelled like it
   * @returns the words with what they were to be, or null when nothing is near
   */
  correct(
    words: readonly string[],
    unknown: readonly string[],
    near: ReadonlyMap<string, string[]>,
  ): string[] | null {
    const corrections = new Map<string, string>();
    for (const word of unknown) {
      const best = this.dictionary.nearest(word, near.get(word) ?? []);
      if (best !== null) corrections.set(word, best);
    }
    return corrections.size > 0 ? words.map((word) => corrections.get(word) ?? word) : null;
  }

  /** Once for the process; anew after a failure. */
  private compiled(): Promise<Thesaurus> {
    this.thesaurus ??= this.compile().catch((error: unknown) => {
      this.thesaurus = undefined;
      throw error;
    });
    return this.thesaurus;
  }

  private async compile(): Promise<Thesaurus> {
    const examples = await readTaskExamples();
    const words = thesaurusWords(examples);
    this.dictionary = new SpellingDictionary([...words, ...MEDIUM_OF.keys()]);
    return compileThesaurus(await this.stemsOf(words), examples);
  }

  private async stemsOf(words: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    if (this.stems.size > MOST_REMEMBERED) this.stems.clear();
    // Before anything is waited for: meanwhile others may forget what is known now.
    const answer = new Map(words.map((word) => [word, this.stems.get(word)]));
    const asked = [...answer].filter(([, stem]) => stem === undefined).map(([word]) => word);
    const found = asked.length > 0 ? await this.repository.readStems(asked) : [];
    for (const { word, stem } of found) {
      if (word.length <= LONGEST_WORD) this.stems.set(word, stem);
      answer.set(word, stem);
    }
    return new Map([...answer].map(([word, stem]) => [word, stem ?? null]));
  }
}
