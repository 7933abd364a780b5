import type { Concept } from './ranking.js';
import { conversions } from './query-words.js';
import { TaskClassifier } from './task-classifier.js';
import type { TaskExamples } from './task-examples.js';
import { FILLERS, NEEDS, SAME } from './thesaurus.js';

/** Word → stem; null for a stop word, which stands for itself in phrases. */
export type Stems = ReadonlyMap<string, string | null>;

interface Phrase {
  words: string[];
  /** Says what becomes what, so its words count in their order alone. */
  ordered: boolean;
  /** With a word such as "make" it says little, and only where nothing else does. */
  weak: boolean;
}

interface CompiledNeed {
  phrases: Phrase[];
  /** All words of the phrases. Most queries have none of them, and need no look at the phrases. */
  vocabulary: ReadonlySet<string>;
  terms: Map<string, number>;
}

/** The thesaurus by stems, and what was learned from examples. */
export interface Thesaurus {
  needs: CompiledNeed[];
  same: ReadonlyMap<string, readonly string[]>;
  fillers: ReadonlySet<string>;
  /** Every stem in it. */
  known: ReadonlySet<string | null>;
  classifier: TaskClassifier;
}

const CONNECTORS = new Set(['to', 'into', 'from']);
const TASK_SHARE = 1;
const FIND_SHARE = 0.45;
const SAME_SHARE = 0.5;
/** Tasks that do it among other things, and those that a change of medium may stand for. */
const NEAR_TASK_SHARE = 0.6;
const KIN_SHARE = 0.6;
/** What a need already stands for counts less by its own letters. */
const EXPLAINED = 0.5;
/** Of a weak phrase where a strong one is said too. */
const WEAK = 0.4;
/** What the query is most likely for, times how likely that is. */
const GUESSED = 2;
const LEAST_PROBABILITY = 0.3;
const MOST_GUESSES = 3;

const split = (phrase: string) => phrase.split(/[\s-]+/);

/** Every word whose stem `compileThesaurus` asks for. */
export function thesaurusWords(examples: TaskExamples): string[] {
  const phrases = [...NEEDS.flatMap(({ ask, find }) => [...ask, ...find]), ...SAME.flat(), ...FILLERS];
  return [...new Set([...phrases.flatMap(split), ...[...examples.values()].flat(2)])];
}

export function compileThesaurus(stems: Stems, examples: TaskExamples): Thesaurus {
  const stem = (word: string) => stems.get(word) ?? null;
  const stemsOf = (words: readonly string[]) => words.map(stem).filter((word) => word !== null);
  const fillers = new Set(stemsOf(FILLERS));
  const same = new Map<string, string[]>();
  for (const words of SAME.map(stemsOf))
    for (const word of words) same.set(word, [...(same.get(word) ?? []), ...words]);
  const canonical = (word: string) => same.get(word)?.[0] ?? word;
  const toPhrase = (ask: string): Phrase => {
    const words = split(ask);
    // A word alone is asked for by itself: who says "people" does not ask for portraits.
    const present = words.map((word) =>
      words.length > 1 ? canonical(stem(word) ?? word) : (stem(word) ?? word),
    );
    const ordered = words.some((word) => CONNECTORS.has(word));
    return { words: present, ordered, weak: words.some((word) => fillers.has(stem(word) ?? word)) };
  };
  return {
    fillers,
    known: new Set(stems.values()),
    classifier: new TaskClassifier(
      new Map([...examples].map(([task, requests]) => [task, requests.map(stemsOf)])),
    ),
    same,
    needs: NEEDS.map(({ ask, find, tasks }) => {
      const phrases = ask.map(toPhrase);
      return {
        phrases,
        vocabulary: new Set(phrases.flatMap(({ words }) => words)),
        terms: new Map([
          ...stemsOf(find).map((word) => [word, FIND_SHARE] as const),
          ...tasks.map((task) =>
            task.startsWith('~')
              ? ([`=${task.slice(1)}`, NEAR_TASK_SHARE] as const)
              : ([`=${task}`, TASK_SHARE] as const),
          ),
        ]),
      };
    }),
  };
}

/** What a query asks for; empty when it has no word that could be searched for. */
export function queryConcepts(words: readonly string[], stems: Stems, thesaurus: Thesaurus): Concept[] {
  const present = words.map((word) => stems.get(word) ?? null);
  const all = [...new Set(present.filter((stem) => stem !== null))];
  if (all.length === 0) return [];
  const content = all.filter((stem) => !thesaurus.fillers.has(stem));
  const canonical = (word: string) => thesaurus.same.get(word)?.[0] ?? word;
  const needs = matchedNeeds(
    words.map((word) => stems.get(word) ?? word),
    thesaurus,
  );
  const explained = new Set(needs.flatMap(({ phrase }) => phrase.words));
  return [
    ...(content.length > 0 ? content : all).map((stem) =>
      literal(stem, thesaurus, explained.has(stem) || explained.has(canonical(stem)) ? EXPLAINED : 1),
    ),
    ...needs.map(({ terms, weight }): Concept => ({ terms, weight })),
    ...guesses(all, thesaurus),
    ...conversions(words).map((task) => ({
      terms: withKin([task, siblingOf(task)], thesaurus),
      weight: 1.6,
    })),
    ...taskNames(words).map((task) => ({ terms: new Map([[`=${task}`, 1]]), weight: 1 })),
  ];
}

function literal(stem: string, { same }: Thesaurus, weight: number): Concept {
  const others = (same.get(stem) ?? []).map((word) => [word, SAME_SHARE] as const);
  return { terms: new Map([...others, [stem, 1]]), weight };
}

interface MatchedNeed {
  phrase: Phrase;
  terms: Map<string, number>;
  weight: number;
}

/** The needs that the query speaks of. One that takes fewer of the same words than another counts half. */
function matchedNeeds(stems: readonly string[], thesaurus: Thesaurus): MatchedNeed[] {
  const words = stems.map((stem) => thesaurus.same.get(stem)?.[0] ?? stem);
  const said = [...new Set([...stems, ...words])];
  const matched = thesaurus.needs.flatMap(({ phrases, vocabulary, terms }) => {
    if (!said.some((word) => vocabulary.has(word))) return [];
    const [phrase] = phrases
      .filter((candidate) => isSaid(candidate, candidate.words.length > 1 ? words : stems))
      .sort((one, other) => Number(one.weak) - Number(other.weak) || other.words.length - one.words.length);
    return phrase ? [{ phrase, terms }] : [];
  });
  const isOnlyWeak = matched.every(({ phrase }) => phrase.weak);
  return matched.map(({ phrase, terms }) => {
    const isPart = matched.some(
      (other) =>
        other.phrase.words.length > phrase.words.length &&
        phrase.words.every((word) => other.phrase.words.includes(thesaurus.same.get(word)?.[0] ?? word)),
    );
    return {
      phrase,
      terms,
      weight:
        (1 + 0.3 * (phrase.words.length - 1)) * (isPart ? 0.4 : 1) * (phrase.weak && !isOnlyWeak ? WEAK : 1),
    };
  });
}

function isSaid({ words, ordered }: Phrase, said: readonly string[]): boolean {
  if (!ordered) return words.every((word) => said.includes(word));
  let next = 0;
  for (const word of said) if (word === words[next]) next += 1;
  return next === words.length;
}

/** What the query as a whole is likely for, where no phrase of the thesaurus need be in it. */
function guesses(stems: readonly string[], thesaurus: Thesaurus): Concept[] {
  return thesaurus.classifier
    .classify(stems)
    .slice(0, MOST_GUESSES)
    .filter(({ probability }) => probability >= LEAST_PROBABILITY)
    .map(({ task, probability }) => ({
      terms: withKin([task], thesaurus),
      weight: GUESSED * probability,
    }));
}

/** The field does not agree whether speech is audio. */
const siblingOf = (task: string): string =>
  task.includes('speech') ? task.replace('speech', 'audio') : task.replace('audio', 'speech');

/** Tasks, the first one before all, and the other names that the field has for them. */
function withKin(tasks: readonly string[], { needs }: Thesaurus): Map<string, number> {
  const terms = tasks.map((task) => `=${task}`);
  const kin = needs.filter((need) => terms.some((term) => need.terms.get(term) === TASK_SHARE));
  const names = kin.flatMap((need) => [...need.terms].filter(([, share]) => share === TASK_SHARE));
  return new Map([
    ...names.map(([term]) => [term, KIN_SHARE] as const),
    ...terms.slice(1).map((term) => [term, KIN_SHARE] as const),
    [terms[0] as string, 1],
  ]);
}

const LONGEST_TASK = 5;
const MOST_WORDS_FOR_TASKS = 12;

/** Words that stand together may be the name of a task: `depth estimation`. */
function taskNames(words: readonly string[]): string[] {
  if (words.length > MOST_WORDS_FOR_TASKS) return [];
  const names = words.flatMap((_, from) =>
    Array.from({ length: Math.min(LONGEST_TASK, words.length - from) }, (_unused, more) =>
      words.slice(from, from + more + 1).join('-'),
    ),
  );
  return [...new Set(names)];
}
