import { accountsRows } from './accounts.rows.js';
import { catalogRows } from './catalog.rows.js';
import { descriptionRows } from './description.rows.js';
import { inferenceRows } from './inference.rows.js';
import { oauthRows } from './oauth.rows.js';
import type { RouteExpectations } from './route-expectation.js';

/** One file for each lib with routes under `/admin`. A route that is in none of them fails the test. */
export const ROUTES: RouteExpectations = {
  ...accountsRows,
  ...oauthRows,
  ...catalogRows,
  ...inferenceRows,
  ...descriptionRows,
};
