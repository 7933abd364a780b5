import { MEDIA, SHORT_FORMS } from './thesaurus.js';

const MAX_WORDS = 40;

/** Any word of people → the medium that it names. */
export const MEDIUM_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(MEDIA).flatMap(([medium, words]) => words.map((word) => [word, medium] as const)),
);

/** The words of a query in order, in small letters; `img2video` is three. */
export function queryWords(query: string): string[] {
  const found =
    query
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return found
    .slice(0, MAX_WORDS)
    .flatMap(mediaPair)
    .map((word) => SHORT_FORMS[word] ?? word);
}

function mediaPair(word: string): string[] {
  const [, from, to] = /^([a-z]+)2(\w+)$/.exec(word) ?? [];
  const [source, target] = [MEDIUM_OF.get(from ?? ''), MEDIUM_OF.get(to ?? '')];
  return source && target ? [source, 'to', target] : [word];
}

const FORWARD = new Set(['to', 'into', 'as']);
const BACKWARD = new Set(['from', 'of', 'out']);
const MOST_BETWEEN = 2;

/** What is to become what, by the names of media: `turn my photo into a short clip` is `image-to-video`. */
export function conversions(words: readonly string[]): string[] {
  const found = words.flatMap((connector, at) => {
    if (!FORWARD.has(connector) && !BACKWARD.has(connector)) return [];
    const before = mediumNear(words.slice(Math.max(at - 1 - MOST_BETWEEN, 0), at).reverse());
    const after = mediumNear(words.slice(at + 1, at + 2 + MOST_BETWEEN));
    if (!before || !after) return [];
    if (FORWARD.has(connector)) return [`${before}-to-${after}`];
    return before === after || connector === 'of' ? [] : [`${after}-to-${before}`];
  });
  return [...new Set(found)];
}

const mediumNear = (words: readonly string[]): string | undefined =>
  words.map((word) => MEDIUM_OF.get(word)).find((medium) => medium !== undefined);

/** What a query names, if it is an endpoint, an alias alone (`owner` is null then), or a name. In small letters. */
export interface NamedEntry {
  alias: string;
  owner: string | null;
  name: string;
}

export function namedEntry(query: string): NamedEntry {
  const name = query.trim().toLowerCase().replace(/\s+/g, ' ');
  const [first = '', ...rest] = name.split('/');
  return rest.length === 0
    ? { alias: first, owner: null, name }
    : { alias: rest.join('/'), owner: first, name };
}
