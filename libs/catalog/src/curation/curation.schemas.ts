import { schemas } from '#libs/http';
import { CATEGORIES, type JsonSchema } from '../catalog.types.js';
import { PRICE } from '../import/definition-schema.js';
import type { CuratedEntry, CuratedList, ListOverview, ListState } from './curated-list.js';

const { count, email, flag, listOf, oneOf, orNull, text, time } = schemas;

const ENTRY_FIELDS: Record<keyof CuratedEntry, JsonSchema> = {
  endpoint: schemas.like('modelrunner/upscale'),
  name: text,
  category: oneOf(CATEGORIES),
  task: text,
  summary: text,
  price: PRICE,
  thumbnailUrl: text,
  listed: flag,
  priceText: schemas.like('$0.0040 per request'),
};

const STATE_FIELDS: Record<keyof ListState, JsonSchema> = {
  kind: oneOf(['models', 'wrappers']),
  category: oneOf(CATEGORIES),
  etag: schemas.like('"3-9f86d081884c"'),
  changedAt: orNull(time),
  changedBy: orNull(email),
};

/** A list that is not read by page. */
const itemsOf = (title: string, items: JsonSchema): JsonSchema =>
  schemas.view<{ items: unknown }>(title, { items: listOf(items) });

export const LISTS_SCHEMA = itemsOf(
  'CuratedLists',
  schemas.view<ListOverview>('CuratedListOverview', { ...STATE_FIELDS, count }),
);

export const LIST_SCHEMA = schemas.view<CuratedList>('CuratedList', {
  ...STATE_FIELDS,
  items: listOf(
    schemas.view<CuratedList['items'][number]>('CuratedItem', { ...ENTRY_FIELDS, note: text }, [
      'thumbnailUrl',
    ]),
  ),
});

export const CANDIDATES_SCHEMA = itemsOf(
  'Candidates',
  schemas.view<CuratedEntry>('Candidate', ENTRY_FIELDS, ['thumbnailUrl']),
);
