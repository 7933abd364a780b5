import { Injectable } from '@nestjs/common';
import type { Actor } from '#libs/accounts';
import type { Page } from '#libs/catalog';
import { AppError } from '#libs/errors';
import { FilesService, UploadedFiles } from '#libs/files';
import { urlsIn, withoutGone } from './gone-files.js';
import { QueuePlaces } from './queueing/queue-places.service.js';
import { RequestCanceller } from './request-canceller.service.js';
import { type HistoryFilter, MOST_COUNTED, RequestHistoryRepository } from './request-history.repository.js';
import type { RequestStatus } from './request-status.js';
import { type RequestView, toRequestView } from './request-view.js';

export interface HistoryQuery extends HistoryFilter {
  /** From 1; what is past the last that can be read counts as that one. */
  page: number;
  /** 1–100. */
  limit: number;
  /** The last request of an earlier page: the list goes on after it, whatever was submitted meanwhile. */
  before?: string;
}

/** A page, newest first. */
export type HistoryPage = Page<RequestView> & {
  /** True when there are more than `total` says: counting stops at 10,000. */
  totalIsMinimum?: true;
  /** Only with `hasMore`: the `before` of the page that follows. */
  nextBefore?: string;
};

const REQUEST_ID = /^[A-Za-z0-9_-]{21}$/;
const LARGEST_PAGE = 100;
const LAST_PAGE = 100_000;

/** Shows owners what became of their requests, and ends what they no longer want. */
@Injectable()
export class InferenceService {
  constructor(
    private readonly canceller: RequestCanceller,
    private readonly history: RequestHistoryRepository,
    private readonly files: FilesService,
    private readonly uploaded: UploadedFiles,
    private readonly places: QueuePlaces,
  ) {}

  /**
   * Ends a request that is not finished; nothing is charged and its files go. The owner may, and an administrator.
   * Cancelling what is cancelled already is no error.
   * @throws AppError request_not_found; conflict when it ended otherwise
   */
  async cancel(actor: Actor, requestId: string): Promise<RequestView> {
    assertRequestId(requestId);
    await this.canceller.cancel(actor, requestId);
    const ownerId = actor.role === 'admin' ? null : actor.userId;
    const row = await this.history.find(ownerId, requestId);
    if (row === null) throw new AppError('request_not_found');
    if (row.status === 'CANCELLED') return toRequestView(row, undefined, []);
    throw new AppError('conflict', `The request is ${row.status} already: there is nothing to cancel.`, {
      nextStep: 'Call get_request to see its result.',
    });
  }

  /**
   * @param known a status that it has for certain: the files of a completed one are then read at the same time
   * @throws AppError request_not_found, also for another user's request and for an id that is none
   */
  async get(actor: Actor, requestId: string, known?: RequestStatus): Promise<RequestView> {
    assertRequestId(requestId);
    const early = known === 'COMPLETED' ? this.files.listByRequest(requestId) : undefined;
    const [row, found] = await Promise.all([this.history.find(actor.userId, requestId), early]);
    if (row === null) throw new AppError('request_not_found');
    const files = row.status === 'COMPLETED' ? (found ?? (await this.files.listByRequest(requestId))) : [];
    const position = row.status === 'IN_QUEUE' ? await this.places.position(requestId) : null;
    const [view] = await this.honest([toRequestView(row, position ?? undefined, files)]);
    if (!view) throw new AppError('request_not_found');
    return view;
  }

  /**
   * The actor's own requests, newest first.
   * @throws AppError request_not_found when `before` is none of theirs
   */
  async list(actor: Actor, query: HistoryQuery): Promise<HistoryPage> {
    const { page: wantedPage, limit: wantedLimit, before, ...filter } = query;
    if (before !== undefined) await this.assertOwn(actor, before);
    const page = Math.min(wantedPage, LAST_PAGE);
    const limit = Math.min(wantedLimit, LARGEST_PAGE);
    const slice = { offset: (page - 1) * limit, limit, ...(before !== undefined && { before }) };
    const { rows, hasMore, total } = await this.history.list(actor.userId, filter, slice);
    const last = rows.at(-1);
    const having = (status: RequestStatus) => rows.filter((row) => row.status === status).map(({ id }) => id);
    const files = await this.files.listByRequests(having('COMPLETED'));
    const positions = await this.places.positions(having('IN_QUEUE'));
    const views = rows.map((row) => toRequestView(row, positions.get(row.id), files.get(row.id) ?? []));
    const items = await this.honest(views);
    return {
      items,
      page,
      limit,
      total,
      ...(total === MOST_COUNTED && { totalIsMinimum: true }),
      hasMore,
      ...(hasMore && last && { nextBefore: last.id }),
    };
  }

  /** No link that leads nowhere. Asks for nothing while each link is one of the request's own files. */
  private async honest(views: RequestView[]): Promise<RequestView[]> {
    const known = views.flatMap(({ files }) => files.map(({ url }) => url));
    const gone = await this.uploaded.goneUrls(
      views.flatMap(({ output }) => urlsIn(output)),
      known,
    );
    return gone.size === 0 ? views : views.map((view) => withoutGone(view, gone));
  }

  private async assertOwn(actor: Actor, requestId: string): Promise<void> {
    assertRequestId(requestId);
    if ((await this.history.state(actor.userId, requestId)) === null) throw new AppError('request_not_found');
  }
}

/** An id that cannot exist is answered like one that does not. */
export function assertRequestId(requestId: string): void {
  if (!REQUEST_ID.test(requestId)) throw new AppError('request_not_found');
}
