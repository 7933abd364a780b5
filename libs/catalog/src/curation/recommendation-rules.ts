import type { FieldError } from '#libs/errors';
import { CATEGORIES, type Category, type EntryKind } from '../catalog.types.js';
import type { CatalogEntry } from '../entities/catalog-entry.entity.js';

/** Most entries of one list. */
export const MAX_RECOMMENDED = 50;
/** Most characters of a note. */
export const MAX_NOTE = 500;

/** One place of a list as a curator writes it. */
export interface ListItem {
  endpoint: string;
  /** Why it is recommended, or when to take it. Left out: nothing is said. */
  note?: string;
}

type Recommendable = Pick<CatalogEntry, 'kind' | 'visibility' | 'status'>;

/** Assistants see what is public and published; nothing else stands in a list. */
export const isListed = ({ visibility, status }: Omit<Recommendable, 'kind'>): boolean =>
  visibility === 'public' && status === 'published';

/**
 * What keeps the items from being the curated list, each named by its index; none when nothing does.
 * @param entries what the catalogue has under the items' endpoints
 */
export function recommendationProblems(
  kind: EntryKind,
  category: Category,
  items: readonly ListItem[],
  entries: ReadonlyMap<string, Recommendable>,
): FieldError[] {
  const problems = items.flatMap(({ endpoint, note = '' }, index): FieldError[] => {
    const entry = entries.get(endpoint);
    const path = `items.${index}`;
    if (!entry) return [{ path, message: `there is no endpoint ${endpoint}` }];
    const isTwice = items.findIndex((item) => item.endpoint === endpoint) !== index;
    return [
      ...(entry.kind === kind ? [] : [{ path, message: `${endpoint} is a ${entry.kind}, not a ${kind}` }]),
      ...(isListed(entry) ? [] : [{ path, message: `${endpoint} is not public and published` }]),
      ...(isTwice ? [{ path, message: `${endpoint} is in the list twice` }] : []),
      ...(note.length > MAX_NOTE
        ? [{ path: `${path}.note`, message: `must have at most ${MAX_NOTE} characters` }]
        : []),
    ];
  });
  if (!CATEGORIES.includes(category))
    problems.push({ path: 'category', message: `must be one of: ${CATEGORIES.join(', ')}` });
  if (items.length > MAX_RECOMMENDED)
    problems.push({ path: 'items', message: `must have at most ${MAX_RECOMMENDED} entries` });
  return problems;
}
