import { Injectable } from '@nestjs/common';
import type { Actor } from '#libs/accounts';
import type { RequestContext } from '#libs/audit';
import { AppError } from '#libs/errors';
import { FilesService } from '#libs/files';
import { assertRequestId } from '../inference.service.js';
import { RequestCanceller } from '../request-canceller.service.js';
import {
  type RequestDetailView,
  type RequestSummaryView,
  toDetailView,
  toSummaryView,
} from './admin-request-view.js';
import type { ListRequestsQuery } from './admin-requests.dto.js';
import { AdminRequestsRepository } from './admin-requests.repository.js';

/** Requests of all users, the newest first. Read by cursor and not by page: while someone reads, more come in. */
export interface RequestPage {
  items: RequestSummaryView[];
  limit: number;
  /** For the next page; null on the last one. */
  nextCursor: string | null;
}

/** What administrators do with the requests of all users. */
@Injectable()
export class AdminRequestsService {
  constructor(
    private readonly requests: AdminRequestsRepository,
    private readonly canceller: RequestCanceller,
    private readonly files: FilesService,
  ) {}

  /** All filters at once. */
  async list(_actor: Actor, query: ListRequestsQuery): Promise<RequestPage> {
    const found = await this.requests.list(query, query.limit + 1);
    const rows = found.slice(0, query.limit);
    const nextCursor = found.length > query.limit ? (rows.at(-1)?.cursor ?? null) : null;
    return { items: rows.map(toSummaryView), limit: query.limit, nextCursor };
  }

  /** @throws AppError `request_not_found`, also for an id that is none */
  async read(_actor: Actor, requestId: string): Promise<RequestDetailView> {
    assertRequestId(requestId);
    const row = await this.requests.find(requestId);
    if (!row) throw new AppError('request_not_found');
    const files = row.status === 'COMPLETED' ? await this.files.listByRequest(requestId) : [];
    return toDetailView(row, files);
  }

  /**
   * Ends a request that is not finished; doing it twice changes nothing.
   * @throws AppError `request_not_found`; `conflict` when it ended otherwise
   */
  async cancel(actor: Actor, requestId: string, { ip }: RequestContext): Promise<RequestDetailView> {
    assertRequestId(requestId);
    await this.canceller.cancel(actor, requestId, ip);
    const view = await this.read(actor, requestId);
    if (view.status === 'CANCELLED') return view;
    throw new AppError('conflict', `The request is ${view.status} already: there is nothing to cancel.`);
  }
}
