import type { AppError, FieldError } from '#libs/errors';
import { instant } from '#libs/pages';
import { CATEGORIES } from '../catalog.types.js';
import type { CuratedEntry, CuratedList, ListOverview } from './curated-list.js';
import type { Draft } from './curation-draft.js';
import { listChange } from './list-change.js';
import type { ListName, PluralKind } from './list-name.js';

const TITLES: Record<PluralKind, string> = { models: 'Models', wrappers: 'Wrappers' };

/** The address of the page of one list. */
export const pagePath = ({ kind, category }: ListName): string => `/admin?kind=${kind}s&category=${category}`;

/** The ways to the other lists. */
export function listLinks({ kind, category }: ListName, overview: readonly ListOverview[]) {
  const kinds = (['model', 'wrapper'] as const).map((each) => ({
    href: pagePath({ kind: each, category }),
    label: TITLES[`${each}s`],
    current: each === kind,
  }));
  const categories = CATEGORIES.map((each) => ({
    href: pagePath({ kind, category: each }),
    label: each[0]?.toUpperCase() + each.slice(1),
    current: each === category,
    count: overview.find((list) => list.kind === `${kind}s` && list.category === each)?.count ?? 0,
  }));
  return { kinds, categories };
}

/** An entry as rows and search results show it. `json` is what the script needs of it. */
export function entryView(entry: CuratedEntry, issuer: string) {
  return { ...entry, picture: ownPicture(entry.thumbnailUrl, issuer), json: JSON.stringify(entry) };
}

/** The rows of the form. An endpoint that the catalogue does not have is shown by its name alone. */
export function rowViews(
  draft: Draft,
  entries: readonly (CuratedEntry | null)[],
  problems: readonly FieldError[],
  issuer: string,
) {
  return draft.items.map(({ endpoint, note }, index) => {
    const entry = entries[index];
    const problem = problems.filter(({ path }) => path === `items.${index}`).map(({ message }) => message);
    const noteProblem = problems.find(({ path }) => path === `items.${index}.note`)?.message;
    const known = entry ? entryView(entry, issuer) : { endpoint, name: endpoint, listed: true, json: '' };
    return { ...known, index, note, problem: problem.join('; '), noteProblem };
  });
}

/** What `recommended_models` or `recommended_wrappers` answers once the draft is saved. */
export function previewOf(
  { category }: ListName,
  draft: Draft,
  entries: readonly (CuratedEntry | null)[],
): string {
  const items = draft.items.flatMap(({ note }, index) => {
    const entry = entries[index];
    if (!entry?.listed) return [];
    // What only curators are told does not come to the assistant.
    return [{ ...entry, listed: undefined, priceText: undefined, note }];
  });
  return JSON.stringify({ category, items }, null, 2);
}

/** What differs between the list that somebody else saved and the draft, in sentences for the curator. */
export function differences(theirs: CuratedList, draft: Draft): { label: string; endpoints: string[] }[] {
  const { added, removed, moved, noted } = listChange(theirs.items, draft.items);
  return [
    { label: 'Only in theirs', endpoints: removed },
    { label: 'Only in yours', endpoints: added },
    { label: 'In another place', endpoints: moved },
    { label: 'With another note', endpoints: noted },
  ].filter(({ endpoints }) => endpoints.length > 0);
}

/** Who was first, and when. */
export function conflictSentence({ message, details: { current } }: AppError): string {
  if (!current?.changedBy || !current.changedAt) return message;
  return `${current.changedBy} saved it on ${instant(new Date(current.changedAt))?.text}.`;
}

/** Why nothing was saved; the entries themselves say it, too. */
export function refusalSentence({ message, details: { validationErrors = [] } }: AppError): string {
  if (validationErrors.length === 0) return message;
  return `Nothing was saved: ${validationErrors.map((error) => error.message).join('; ')}.`;
}

/** When and by whom the list was saved last; null for never. */
export function changedView({ changedAt, changedBy }: CuratedList) {
  return changedAt && { at: instant(changedAt), by: changedBy };
}

/** Endpoints and notes, for the script to tell what is not saved yet. */
export const contentOf = (items: Draft['items']): string =>
  JSON.stringify(items.map(({ endpoint, note }) => [endpoint, note]));

/** Pages load nothing from elsewhere, so only a picture of this server is shown. */
function ownPicture(url: string | undefined, issuer: string): string | undefined {
  if (url === undefined || !URL.canParse(url, issuer)) return undefined;
  const { origin, pathname, search } = new URL(url, issuer);
  return origin === new URL(issuer).origin ? `${pathname}${search}` : undefined;
}
