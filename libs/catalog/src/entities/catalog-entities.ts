import { CatalogEntryVersion } from './catalog-entry-version.entity.js';
import { CatalogEntry } from './catalog-entry.entity.js';
import { Model } from './model.entity.js';
import { Recommendation } from './recommendation.entity.js';
import { RecommendationListState } from './recommendation-list-state.entity.js';
import { WrapperBaseModel } from './wrapper-base-model.entity.js';
import { Wrapper } from './wrapper.entity.js';

/** Every entity of the catalogue, for the data source. */
export const catalogEntities = [
  CatalogEntry,
  CatalogEntryVersion,
  Model,
  Wrapper,
  WrapperBaseModel,
  Recommendation,
  RecommendationListState,
];
