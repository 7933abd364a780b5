import type { AdminBench } from '../../support/admin-bench.js';

/** What the parameters of a path are: one text for a path with one parameter. */
export type Target = string | Record<string, string>;

/** What a route under `/admin` answers to whom. */
export interface RouteExpectation {
  /** Of a call that succeeds. */
  status: number;
  /** Curators may, too. */
  curators?: true;
  /** Parameters of the path for a call that succeeds; made anew for each. */
  target?: (bench: AdminBench) => Promise<Target>;
  /** Left out: none. A text is sent as it is. The target is what {@link target} made, or one that does not exist. */
  body?: (bench: AdminBench, target: Target) => unknown;
  /** Beside those of every call, e.g. `If-Match`. */
  headers?: (bench: AdminBench, target: Target) => Promise<Record<string, string>>;
  /** Parameters of things that do not exist. Left out: ids that nobody has, if the path has an `:id`. */
  unknown?: Target[];
  /** Bodies that are refused, each with the field that it is refused for. */
  bad?: [unknown, string][];
  /** The same of query strings. */
  badQueries?: [string, string][];
}

/** By method and path, as `GET /admin/users/:id`. */
export type RouteExpectations = Record<string, RouteExpectation>;

export const NOBODY = '00000000-0000-4000-8000-000000000000';

/** That nobody has, that is no id, and what the database would choke on. */
export const UNKNOWN_IDS = [NOBODY, '1', "'", 'a\0b'];

/** What every list by pages refuses. */
export const BAD_PAGES: [string, string][] = [
  ['page=0', 'page'],
  ['limit=201', 'limit'],
  ['limit=ten', 'limit'],
  ['page=1&page=2', 'page'],
  ['sort=id', 'sort'],
];
