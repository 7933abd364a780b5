import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type SelectQueryBuilder } from 'typeorm';
import { batchedReads, PreparedQueries } from '#libs/database';
import type { EngineProgress } from '#libs/engines';
import { InferenceRequest } from './inference-request.entity.js';
import type { RequestMetadata } from './request-metadata.js';
import type { RequestStatus } from './request-status.js';
import { storableJson } from './storable-json.js';
import { VIEW_COLUMNS, type ViewRow } from './request-view.js';

export interface HistoryFilter {
  status?: RequestStatus;
  /** The endpoint as called, or the base model's. */
  modelEndpoint?: string;
  /** Every pair has to be there, exactly. */
  metadata?: RequestMetadata;
}

/** Which part of a list. */
export interface HistorySlice {
  offset: number;
  limit: number;
  /** Only what is older than this request of the same user; an id that is none of theirs gives nothing. */
  before?: string;
}

/** Where a request stands, and what an estimate of the rest is made of. */
export interface RequestState {
  status: RequestStatus;
  progress: EngineProgress | null;
  modelEndpoint: string;
  /** Since the running attempt started; null unless in progress. */
  elapsedSeconds: number | null;
  typicalSeconds: number | null;
}

/** Counting reads every entry that fits, so it stops here: nobody reads that many, and the cost stays flat. */
export const MOST_COUNTED = 10_000;

export type SubmittedRequest = Pick<
  InferenceRequest,
  'id' | 'endpoint' | 'status' | 'priceUnit' | 'priceAmount' | 'inputFingerprint'
>;

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const SUBMITTED = `id, endpoint, status, price_unit AS "priceUnit", price_amount AS "priceAmount",
  input_fingerprint AS "inputFingerprint"`;

/** Whose a request has to be: a user's id, or null for an administrator, who sees everyone's. */
interface RequestKey {
  requestId: string;
  userId: string | null;
}

/** Many at once: `$1` the ids, `$2` whose each has to be; `place` is the position in both, from 1. */
const FROM_WANTED = `
  FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS wanted (id, user_id, place)
  JOIN inference_requests r ON r.id = wanted.id AND (wanted.user_id IS NULL OR r.user_id = wanted.user_id)`;

const VIEW = VIEW_COLUMNS.map((name) => `r.${snakeCase(name)} AS "${name}"`).join(', ');

const STATE = `r.status, r.progress, r.model_endpoint AS "modelEndpoint",
  CASE WHEN r.status = 'IN_PROGRESS' THEN extract(epoch FROM now() - r.started_at)::float8 END AS "elapsedSeconds",
  (r.run_plan->>'typicalSeconds')::float8 AS "typicalSeconds"`;

const SQL = {
  views: `SELECT wanted.place::int, ${VIEW} ${FROM_WANTED}`,
  states: `SELECT wanted.place::int, ${STATE} ${FROM_WANTED}`,
  submitted: `SELECT ${SUBMITTED} FROM inference_requests WHERE user_id = $1 AND id = $2`,
  byKey: `SELECT ${SUBMITTED} FROM inference_requests WHERE user_id = $1 AND idempotency_key = $2`,
  unfinishedTwin: `
    SELECT ${SUBMITTED} FROM inference_requests
    WHERE user_id = $1 AND status IN ('IN_QUEUE', 'IN_PROGRESS') AND retry_key IS NOT NULL AND input_fingerprint = $2
    ORDER BY created_at DESC LIMIT 1`,
  running: `SELECT count(*)::int AS running FROM inference_requests WHERE status = 'IN_PROGRESS'`,
};

/** Reads requests for their owners. Every query of one request has the owner in its condition. */
@Injectable()
export class RequestHistoryRepository {
  private readonly readView = batchedReads<RequestKey, ViewRow>((keys) => this.many('views', keys));
  private readonly readState = batchedReads<RequestKey, RequestState>((keys) => this.many('states', keys));

  constructor(
    @InjectRepository(InferenceRequest) private readonly requests: Repository<InferenceRequest>,
    private readonly queries: PreparedQueries,
  ) {}

  /** @param userId whose it has to be; null for an administrator, who sees everyone's */
  find(userId: string | null, requestId: string): Promise<ViewRow | null> {
    return this.readView({ requestId, userId });
  }

  state(userId: string, requestId: string): Promise<RequestState | null> {
    return this.readState({ requestId, userId });
  }

  async findSubmitted(userId: string, requestId: string): Promise<SubmittedRequest | null> {
    const [row] = await this.run<SubmittedRequest>('submitted', [userId, requestId]);
    return row ?? null;
  }

  async findByIdempotencyKey(userId: string, key: string): Promise<SubmittedRequest | null> {
    const [row] = await this.run<SubmittedRequest>('byKey', [userId, key]);
    return row ?? null;
  }

  /**
   * Newest first; requests of one instant in the order of their ids, so that pages never overlap.
   * @returns the rows of the page, whether more follow, and how many there are in all, counted up to
   * {@link MOST_COUNTED}
   */
  async list(
    userId: string,
    filter: HistoryFilter,
    page: HistorySlice,
  ): Promise<{ rows: ViewRow[]; hasMore: boolean; total: number }> {
    const matching = () =>
      applyFilter(this.requests.createQueryBuilder('r').where('r.userId = :userId', { userId }), filter);
    // The rows in front of a page are passed over in the index; only those of the page are read.
    const ids = newestFirst(olderThan(matching().select('r.id'), page.before))
      .offset(page.offset)
      .limit(page.limit + 1);
    const query = this.requests
      .createQueryBuilder('r')
      .select(VIEW_COLUMNS.map((name) => `r.${name}`))
      .where(`r.id IN (${ids.getQuery()})`)
      .setParameters(ids.getParameters());
    const rows = await newestFirst(query).getMany();
    const hasMore = rows.length > page.limit;
    const isLastPage = !hasMore && page.before === undefined && (rows.length > 0 || page.offset === 0);
    const total = isLastPage ? page.offset + rows.length : await this.count(matching());
    return { rows: rows.slice(0, page.limit), hasMore, total };
  }

  private async count(matching: SelectQueryBuilder<InferenceRequest>): Promise<number> {
    // Ordered as the page is, so that it is read along the same index and stops there.
    const counted = newestFirst(matching.select('r.id')).limit(MOST_COUNTED);
    const [sql, values] = counted.getQueryAndParameters();
    const text = `SELECT count(*)::int AS total FROM (${sql}) AS counted`;
    const [row] = await this.requests.query<{ total: number }[]>(text, values);
    return row?.total ?? 0;
  }

  /** The latest unfinished request of this user with the same endpoint and input and no key. */
  async findUnfinishedTwin(userId: string, fingerprint: string): Promise<SubmittedRequest | null> {
    const [row] = await this.run<SubmittedRequest>('unfinishedTwin', [userId, fingerprint]);
    return row ?? null;
  }

  /** How many run at this moment, over all workers. */
  async countRunning(): Promise<number> {
    const [row] = await this.run<{ running: number }>('running', []);
    return row?.running ?? 0;
  }

  private async many<Row extends object>(
    name: 'views' | 'states',
    keys: readonly RequestKey[],
  ): Promise<(Row | null)[]> {
    const found = new Array<Row | null>(keys.length).fill(null);
    const values = [keys.map(({ requestId }) => requestId), keys.map(({ userId }) => userId)];
    for (const { place, ...row } of await this.run<Row & { place: number }>(name, values)) {
      found[place - 1] = row as unknown as Row;
    }
    return found;
  }

  private run<Row extends object>(name: keyof typeof SQL, values: unknown[]): Promise<Row[]> {
    return this.queries.rows<Row>(`inference_${name}`, SQL[name], values);
  }
}

function newestFirst(query: SelectQueryBuilder<InferenceRequest>): SelectQueryBuilder<InferenceRequest> {
  return query.orderBy('r.createdAt', 'DESC').addOrderBy('r.id', 'DESC');
}

function olderThan(
  query: SelectQueryBuilder<InferenceRequest>,
  before: string | undefined,
): SelectQueryBuilder<InferenceRequest> {
  if (before === undefined) return query;
  const anchor =
    'SELECT a.created_at, a.id FROM inference_requests a WHERE a.id = :before AND a.user_id = :userId';
  return query.andWhere(`(r.created_at, r.id) < (${anchor})`, { before });
}

function applyFilter(
  query: SelectQueryBuilder<InferenceRequest>,
  { status, modelEndpoint, metadata }: HistoryFilter,
): SelectQueryBuilder<InferenceRequest> {
  if (status !== undefined) query.andWhere('r.status = :status', { status });
  if (modelEndpoint !== undefined) {
    // As in a call, surrounding space and upper case are forgiven.
    const endpoint = modelEndpoint.replaceAll('\0', '').trim().toLowerCase();
    query.andWhere('(r.endpoint = :endpoint OR r.modelEndpoint = :endpoint)', { endpoint });
  }
  if (metadata !== undefined && Object.keys(metadata).length > 0) {
    query.andWhere('r.metadata @> CAST(:metadata AS jsonb)', { metadata: storableJson(metadata) });
  }
  return query;
}
