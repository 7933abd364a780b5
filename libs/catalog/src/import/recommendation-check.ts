import type { FieldError } from '#libs/errors';
import { CATEGORIES, type Category, type EntryKind } from '../catalog.types.js';
import type { CatalogEntry } from '../entities/catalog-entry.entity.js';
import type { RecommendationList } from './definitions.js';

const MAX_RECOMMENDED = 50;
const MAX_NOTE = 500;

/** What is wrong with a curated list. */
export function recommendationProblems(
  kind: EntryKind,
  category: Category,
  items: RecommendationList['items'],
  entries: ReadonlyMap<string, CatalogEntry>,
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

/** Whether everybody may see the entry. */
export const isListed = ({ visibility, status }: CatalogEntry): boolean =>
  visibility === 'public' && status === 'published';
