import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { InferenceRequest } from '../inference-request.entity.js';
import { DETAIL_SELECT, type DetailRow, SUMMARY_SELECT, type SummaryRow } from './admin-request-view.js';
import type { ListRequestsQuery } from './admin-requests.dto.js';

type ListedRow = SummaryRow & {
  /** Where the list goes on behind this row: microseconds since 1970 and the id. */
  cursor: string;
};

const FROM = 'FROM inference_requests r JOIN users u ON u.id = r.user_id';
const MICROSECONDS = '(extract(epoch FROM r.created_at) * 1000000)::bigint';

/** Reads the requests of all users. Every filter has an index with the order of the list behind it. */
@Injectable()
export class AdminRequestsRepository {
  constructor(@InjectRepository(InferenceRequest) private readonly requests: Repository<InferenceRequest>) {}

  /** Newest first; requests of one instant in the order of their ids, so that pages never overlap. */
  list(query: ListRequestsQuery, limit: number): Promise<ListedRow[]> {
    const { conditions, values } = filterOf(query);
    const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    const text = `
      SELECT ${SUMMARY_SELECT}, ${MICROSECONDS} || '.' || r.id AS cursor ${FROM} ${where}
      ORDER BY r.created_at DESC, r.id DESC LIMIT $${values.length + 1}`;
    return this.requests.query<ListedRow[]>(text, [...values, limit]);
  }

  async find(requestId: string): Promise<DetailRow | null> {
    const text = `SELECT ${DETAIL_SELECT} ${FROM} WHERE r.id = $1`;
    const [row] = await this.requests.query<DetailRow[]>(text, [requestId]);
    return row ?? null;
  }
}

function filterOf(query: ListRequestsQuery): { conditions: string[]; values: unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  const add = (value: unknown, condition: (parameter: string) => string) => {
    if (value !== undefined) conditions.push(condition(`$${values.push(value)}`));
  };
  add(query.status, (is) => `r.status = ${is}`);
  add(query.userId, (is) => `r.user_id = ${is}`);
  add(endpointOf(query.endpoint), (is) => `r.endpoint = ${is}`);
  add(endpointOf(query.modelEndpoint), (is) => `r.model_endpoint = ${is}`);
  add(query.since, (from) => `r.created_at >= ${from}::timestamptz`);
  add(query.until, (to) => `r.created_at < ${to}::timestamptz`);
  const [microseconds, id] = query.cursor?.split('.') ?? [];
  add(microseconds, (behind) => {
    const time = `timestamptz 'epoch' + ${behind}::bigint * interval '1 microsecond'`;
    return `(r.created_at, r.id) < (${time}, $${values.push(id)})`;
  });
  return { conditions, values };
}

/** As in a call, surrounding space and upper case are forgiven. */
function endpointOf(text: string | undefined): string | undefined {
  return text?.replaceAll('\0', '').trim().toLowerCase();
}
