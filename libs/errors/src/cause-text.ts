import { inspect } from 'node:util';

/** Errors of a chain; a chain may end in itself. */
const MOST_LINKS = 5;
/** Characters of all of it, and of one line: a message may carry what it could not read. */
const LONGEST_TEXT = 8_000;
const LONGEST_LINE = 500;

/** The query of an address is often what opens it, and so is what stands before its host. */
const SECRETS_OF_URLS = /(\bhttps?:\/\/)(?:[^\s/@'"<>]*@)?([^\s?#'"<>]*)(?:[?#][^\s'"<>]*)?/g;
// eslint-disable-next-line no-control-regex -- Control characters would rewrite the operator's terminal.
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/**
 * What was thrown, for the log only: the stack of an error and of each error that caused it. Bounded, and without what
 * opens an address.
 */
export function causeText(thrown: unknown): string {
  const links: string[] = [];
  let link = thrown;
  while (link !== undefined && link !== null && links.length < MOST_LINKS) {
    links.push(textOf(link));
    link = link instanceof Error ? link.cause : undefined;
  }
  return links
    .join('\ncaused by ')
    .slice(0, LONGEST_TEXT)
    .replace(SECRETS_OF_URLS, '$1$2')
    .replace(CONTROL_CHARACTERS, '')
    .split('\n')
    .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line))
    .join('\n');
}

function textOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.stack ?? `${thrown.name}: ${thrown.message}`;
  return typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 1, maxStringLength: 200 });
}
