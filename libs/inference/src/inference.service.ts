import { Injectable } from '@nestjs/common';
import { nanoid } from 'nanoid';
import type { Actor } from '#libs/accounts';
import {
  collectFileUrls,
  EndpointResolver,
  type Page,
  type Price,
  type ResolvedEndpoint,
} from '#libs/catalog';
import { AppError } from '#libs/errors';
import { FilesService, InputFetcher } from '#libs/files';
import { assertFetchableInputs } from './fetchable-inputs.js';
import { InferenceQueue } from './inference-queue.service.js';
import { inputFingerprint } from './input-fingerprint.js';
import {
  type HistoryFilter,
  RequestHistoryRepository,
  type SubmittedRequest,
} from './request-history.repository.js';
import { type NewRequest, RequestLifecycleRepository } from './request-lifecycle.repository.js';
import { assertMetadata, type RequestMetadata } from './request-metadata.js';
import type { RequestStatus } from './request-status.js';
import { type RequestView, toRequestView } from './request-view.js';
import type { FileInput } from './run-plan.js';
import { isStorable } from './storable-json.js';

export interface Submission {
  /** `owner/alias` of a model or a wrapper. */
  endpoint: string;
  /** Checked against the endpoint's schema before anything is stored. */
  input: unknown;
  /** At most 16 keys of 1–64 characters, values of at most 512. */
  metadata?: RequestMetadata;
  /** The same key of the same user returns the first request. 1–255 characters. */
  idempotencyKey?: string;
}

export interface SubmittedView {
  requestId: string;
  status: RequestStatus;
  endpoint: string;
  /** From 1. Missing when a repeated submission finds its request no longer in the queue. */
  queuePosition?: number;
  price: Price;
}

export interface HistoryQuery extends HistoryFilter {
  /** From 1; what is past the last that can be read counts as that one. */
  page: number;
  /** 1–100. */
  limit: number;
}

const REQUEST_ID = /^[A-Za-z0-9_-]{21}$/;
const LONGEST_KEY = 255;
const LARGEST_PAGE = 100;
const LAST_PAGE = 100_000;

/** Takes requests, and shows their owners what became of them. */
@Injectable()
export class InferenceService {
  constructor(
    private readonly endpoints: EndpointResolver,
    private readonly lifecycle: RequestLifecycleRepository,
    private readonly history: RequestHistoryRepository,
    private readonly queue: InferenceQueue,
    private readonly files: FilesService,
    private readonly fetcher: InputFetcher,
  ) {}

  /**
   * Checks the input, stores the request and hands it to the queue. Returns without waiting for the run.
   * @throws AppError endpoint_not_found, invalid_input, blocked_url, invalid_request, or conflict when the
   * idempotency key stands for another endpoint or input
   */
  async submit(actor: Actor, submission: Submission): Promise<SubmittedView> {
    assertMetadata(submission.metadata);
    assertIdempotencyKey(submission.idempotencyKey);
    assertStorable(submission.input);
    const fingerprint = inputFingerprint(submission.endpoint, submission.input);
    const first = await this.findFirst(actor, submission, fingerprint);
    if (first !== null) return first;

    const resolved = await this.endpoints.resolve(actor, submission.endpoint, submission.input);
    const files = collectFileUrls(resolved.inputSchema, resolved.modelInput);
    assertFetchableInputs(files, resolved.input, (url) => this.fetcher.assertFetchable(url));

    const request = newRequest(actor, submission, resolved, files, fingerprint);
    const queuePosition = await this.lifecycle.insert(request);
    if (queuePosition === null) return this.firstOfRace(actor, submission, fingerprint);
    await this.queue.enqueue([{ id: request.id, attempts: 0 }]);
    return {
      requestId: request.id,
      status: 'IN_QUEUE',
      endpoint: resolved.endpoint,
      queuePosition,
      price: resolved.price,
    };
  }

  /** @throws AppError request_not_found, also for another user's request and for an id that is none */
  async get(actor: Actor, requestId: string): Promise<RequestView> {
    assertRequestId(requestId);
    const row = await this.history.find(actor.userId, requestId);
    if (row === null) throw new AppError('request_not_found');
    const files = row.status === 'COMPLETED' ? await this.files.listByRequest(requestId) : [];
    return toRequestView(row, row.queuePosition ?? undefined, files);
  }

  /** The actor's own requests, newest first. */
  async list(actor: Actor, query: HistoryQuery): Promise<Page<RequestView>> {
    const { page: wantedPage, limit: wantedLimit, ...filter } = query;
    const page = Math.min(wantedPage, LAST_PAGE);
    const limit = Math.min(wantedLimit, LARGEST_PAGE);
    const [rows, total] = await this.history.list(actor.userId, filter, {
      offset: (page - 1) * limit,
      limit,
    });
    const having = (status: RequestStatus) => rows.filter((row) => row.status === status).map(({ id }) => id);
    const [files, positions] = await Promise.all([
      this.files.listByRequests(having('COMPLETED')),
      this.history.queuePositions(having('IN_QUEUE')),
    ]);
    const items = rows.map((row) => toRequestView(row, positions.get(row.id), files.get(row.id) ?? []));
    return { items, page, limit, total, hasMore: page * limit < total };
  }

  private async findFirst(
    actor: Actor,
    submission: Submission,
    fingerprint: string,
  ): Promise<SubmittedView | null> {
    if (submission.idempotencyKey === undefined) return null;
    const first = await this.history.findByIdempotencyKey(actor.userId, submission.idempotencyKey);
    if (first === null) return null;
    if (first.inputFingerprint !== fingerprint) {
      throw new AppError('conflict', 'This idempotencyKey was used for another endpoint or input.', {
        nextStep: `Use a new idempotencyKey, or call get_request with requestId ${first.id}.`,
      });
    }
    return this.repeated(first);
  }

  /** Two submissions with one key at the same time: the loser of the insert answers with the winner's. */
  private async firstOfRace(
    actor: Actor,
    submission: Submission,
    fingerprint: string,
  ): Promise<SubmittedView> {
    const first = await this.findFirst(actor, submission, fingerprint);
    if (first === null) throw new AppError('conflict');
    return first;
  }

  private async repeated(first: SubmittedRequest): Promise<SubmittedView> {
    const queuePosition = (await this.history.queuePositions([first.id])).get(first.id);
    return {
      requestId: first.id,
      status: first.status,
      endpoint: first.endpoint,
      ...(queuePosition !== undefined && { queuePosition }),
      price: { unit: first.priceUnit, amountUsd: first.priceAmount },
    };
  }
}

/** An id that cannot exist is answered like one that does not. */
export function assertRequestId(requestId: string): void {
  if (!REQUEST_ID.test(requestId)) throw new AppError('request_not_found');
}

/** @throws AppError invalid_input that names every field that the database cannot hold */
function assertStorable(input: unknown): void {
  if (isStorable(input)) return;
  const fields = Object.entries((typeof input === 'object' && input) || {}) as [string, unknown][];
  const failing = fields.filter(([field, value]) => !isStorable({ [field]: value }));
  throw new AppError('invalid_input', 'The input has characters that cannot be stored.', {
    validationErrors: failing.map(([path]) => ({ path, message: 'must be valid Unicode without NUL' })),
    nextStep: 'Take these characters out and call run_model again.',
  });
}

function assertIdempotencyKey(key: string | undefined): void {
  if (key === undefined || (key.length > 0 && key.length <= LONGEST_KEY && !key.includes('\0'))) return;
  throw new AppError('invalid_request', 'The idempotencyKey does not fit its limits.', {
    validationErrors: [{ path: 'idempotencyKey', message: `must have 1 to ${LONGEST_KEY} characters` }],
  });
}

function newRequest(
  actor: Actor,
  submission: Submission,
  resolved: ResolvedEndpoint,
  files: FileInput[],
  fingerprint: string,
): NewRequest {
  const { engineSettings, outputSchema, typicalSeconds, price } = resolved;
  return {
    id: nanoid(),
    userId: actor.userId,
    clientId: actor.clientId,
    endpoint: resolved.endpoint,
    modelId: resolved.modelId,
    modelEndpoint: resolved.modelEndpoint,
    modelVersion: resolved.modelVersion,
    wrapperId: resolved.wrapperId,
    engine: resolved.engine,
    input: resolved.input,
    modelInput: resolved.modelInput,
    runPlan: { engineSettings, files, outputSchema, typicalSeconds },
    priceUnit: price.unit,
    priceAmount: price.amountUsd,
    metadata: submission.metadata ?? null,
    idempotencyKey: submission.idempotencyKey ?? null,
    inputFingerprint: fingerprint,
  };
}
