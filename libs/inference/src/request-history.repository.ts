import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type SelectQueryBuilder } from 'typeorm';
import { PreparedQueries } from '#libs/database';
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

export type PositionedRow = ViewRow & { queuePosition: number | null };

/** Where a request stands, and what an estimate of the rest is made of. */
export interface RequestState {
  status: RequestStatus;
  progress: EngineProgress | null;
  /** From 1; null unless queued. */
  queuePosition: number | null;
  /** Since the running attempt started; null unless in progress. */
  elapsedSeconds: number | null;
  typicalSeconds: number | null;
}

export type SubmittedRequest = Pick<
  InferenceRequest,
  'id' | 'endpoint' | 'status' | 'priceUnit' | 'priceAmount' | 'inputFingerprint'
>;

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const POSITION = `CASE WHEN r.status = 'IN_QUEUE' THEN (
    SELECT count(*)::int FROM inference_requests q
    WHERE q.status = 'IN_QUEUE' AND (q.created_at, q.id) <= (r.created_at, r.id)
  ) END AS "queuePosition"`;

const SQL = {
  view: `
    SELECT ${VIEW_COLUMNS.map((name) => `r.${snakeCase(name)} AS "${name}"`).join(', ')}, ${POSITION}
    FROM inference_requests r WHERE r.id = $1 AND r.user_id = $2`,
  state: `
    SELECT r.status, r.progress, ${POSITION},
      CASE WHEN r.status = 'IN_PROGRESS' THEN extract(epoch FROM now() - r.started_at)::float8 END AS "elapsedSeconds",
      (r.run_plan->>'typicalSeconds')::float8 AS "typicalSeconds"
    FROM inference_requests r WHERE r.id = $1 AND r.user_id = $2`,
  positions: `SELECT r.id, ${POSITION} FROM inference_requests r WHERE r.id = ANY($1::text[])`,
  byKey: `
    SELECT id, endpoint, status, price_unit AS "priceUnit", price_amount AS "priceAmount",
      input_fingerprint AS "inputFingerprint"
    FROM inference_requests WHERE user_id = $1 AND idempotency_key = $2`,
  average: `
    SELECT avg(latest.inference_seconds) AS "seconds" FROM (
      SELECT done.inference_seconds FROM inference_requests done
      WHERE done.status = 'COMPLETED'
        AND done.model_id = (SELECT model_id FROM inference_requests WHERE id = $1)
      ORDER BY done.completed_at DESC LIMIT 20
    ) latest`,
};

/** Reads requests for their owners. Every query of one request has the owner in its condition. */
@Injectable()
export class RequestHistoryRepository {
  constructor(
    @InjectRepository(InferenceRequest) private readonly requests: Repository<InferenceRequest>,
    private readonly queries: PreparedQueries,
  ) {}

  async find(userId: string, requestId: string): Promise<PositionedRow | null> {
    const [row] = await this.run<PositionedRow>('view', [requestId, userId]);
    return row ?? null;
  }

  async state(userId: string, requestId: string): Promise<RequestState | null> {
    const [row] = await this.run<RequestState>('state', [requestId, userId]);
    return row ?? null;
  }

  async findByIdempotencyKey(userId: string, key: string): Promise<SubmittedRequest | null> {
    const [row] = await this.run<SubmittedRequest>('byKey', [userId, key]);
    return row ?? null;
  }

  /** Newest first; requests of one instant in the order of their ids, so that pages never overlap. */
  list(
    userId: string,
    filter: HistoryFilter,
    page: { offset: number; limit: number },
  ): Promise<[ViewRow[], number]> {
    const query = this.requests
      .createQueryBuilder('r')
      .select(VIEW_COLUMNS.map((name) => `r.${name}`))
      .where('r.userId = :userId', { userId });
    return applyFilter(query, filter)
      .orderBy('r.createdAt', 'DESC')
      .addOrderBy('r.id', 'DESC')
      .offset(page.offset)
      .limit(page.limit)
      .getManyAndCount();
  }

  /** Places in the queue of those that are in it. */
  async queuePositions(requestIds: string[]): Promise<Map<string, number>> {
    if (requestIds.length === 0) return new Map();
    const rows = await this.run<{ id: string; queuePosition: number | null }>('positions', [requestIds]);
    return new Map(
      rows.flatMap(({ id, queuePosition }) => (queuePosition === null ? [] : [[id, queuePosition]])),
    );
  }

  /** Mean duration of the latest completed runs of the same model, null without any. */
  async averageSeconds(requestId: string): Promise<number | null> {
    const [row] = await this.run<{ seconds: number | null }>('average', [requestId]);
    return row?.seconds ?? null;
  }

  private run<Row extends object>(name: keyof typeof SQL, values: unknown[]): Promise<Row[]> {
    return this.queries.rows<Row>(`inference_${name}`, SQL[name], values);
  }
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
