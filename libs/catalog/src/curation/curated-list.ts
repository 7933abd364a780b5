import { AppError, asSentence, type FieldError } from '#libs/errors';
import { type EntrySummary, toSummary } from '../views/catalog-views.js';
import { priceText } from '../views/price.js';
import { entityTag } from './entity-tag.js';
import type { ListName, PluralKind } from './list-name.js';
import { isListed } from './recommendation-rules.js';
import type { EntryState, ListRow } from './recommendation-store.js';

/** An entry as curators see it. */
export interface CuratedEntry extends EntrySummary {
  /** Whether assistants see it. False: it was hidden after it was recommended, and the list cannot be saved with it. */
  listed: boolean;
  /** The price for people: `free`, or `$0.0040 per request`. */
  priceText: string;
}

/** The state of a list, without its items. */
export interface ListState {
  kind: PluralKind;
  category: ListName['category'];
  /** For `If-Match`. */
  etag: string;
  /** Null: never set. */
  changedAt: Date | null;
  /** E-mail address; null when no person did it. */
  changedBy: string | null;
}

/** A curated list in the curator's order. */
export interface CuratedList extends ListState {
  items: (CuratedEntry & { note: string })[];
}

/** A line of the overview. */
export interface ListOverview extends ListState {
  count: number;
}

/** A line of a list, with what curators need to know beside. */
export const forCurators = (entry: EntrySummary, listed: boolean): CuratedEntry => ({
  ...entry,
  listed,
  priceText: priceText(entry.price),
});

export const toEntry = (entry: EntryState): CuratedEntry => forCurators(toSummary(entry), isListed(entry));

export function toState({ kind, category, version, changedAt, changedBy, items }: ListRow): ListState {
  const etag = entityTag(
    version,
    items.map(({ entry, note }) => ({ endpoint: entry.endpoint, note })),
  );
  return { kind: `${kind}s`, category, etag, changedAt, changedBy };
}

export const toList = (row: ListRow): CuratedList => ({
  ...toState(row),
  items: row.items.map(({ entry, note }) => ({ ...toEntry(entry), note })),
});

/** Whoever wants to change a list that is no more what they read. */
export function changedMeanwhile(row: ListRow, condition: readonly string[]): AppError {
  const { etag, changedAt, changedBy } = toState(row);
  // The version stands, so no curator did it: an entry left the catalogue.
  const entryIsGone = condition.some((tag) => tag.startsWith(`"${row.version}-`));
  const when = changedAt?.toISOString() ?? null;
  const message = entryIsGone
    ? 'An entry of this list was deleted from the catalogue after you read it.'
    : `${changedBy ?? 'The installation'} changed this list${when ? ` at ${when}` : ''}, after you read it.`;
  return new AppError('precondition_failed', message, {
    current: { etag, changedAt: when, changedBy: entryIsGone ? null : changedBy },
    nextStep: 'Read the list again, and send your change with its ETag.',
  });
}

/** @throws AppError `invalid_request` with every problem, if there is one */
export function refuse(validationErrors: FieldError[]): void {
  const [first] = validationErrors;
  if (!first) return;
  const more = validationErrors.length > 1 ? ` (and ${validationErrors.length - 1} more)` : '';
  const message = asSentence(`Nothing was written: ${first.path} ${first.message}${more}`);
  throw new AppError('invalid_request', message, { validationErrors });
}
