import { AppError } from '#libs/errors';
import { CATEGORIES, type Category, type EntryKind } from '../catalog.types.js';

/** Which curated list is meant. */
export interface ListName {
  kind: EntryKind;
  category: Category;
}

/** What a path calls each kind. */
const KIND_IN_PATHS: Readonly<Record<string, EntryKind>> = { models: 'model', wrappers: 'wrapper' };

/** What paths and answers call a kind: `models` or `wrappers`. */
export type PluralKind = `${EntryKind}s`;

/** Every curated list there is; each exists, also while nobody has put anything on it. */
export const ALL_LISTS: readonly ListName[] = (['model', 'wrapper'] as const).flatMap((kind) =>
  CATEGORIES.map((category) => ({ kind, category })),
);

/**
 * Reads the two halves of a list's address.
 * @throws AppError `not_found`
 */
export function parseListName(kind: string, category: string): ListName {
  const found = ALL_LISTS.find(
    (list) =>
      Object.hasOwn(KIND_IN_PATHS, kind) && list.kind === KIND_IN_PATHS[kind] && list.category === category,
  );
  if (found) return found;
  throw new AppError(
    'not_found',
    `There is no such list: the kind is models or wrappers, the category ${CATEGORIES.join(', ')}.`,
  );
}
