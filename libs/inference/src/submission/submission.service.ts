import { Inject, Injectable } from '@nestjs/common';
import { nanoid } from 'nanoid';
import type { Actor } from '#libs/accounts';
import { collectFileUrls, EndpointResolver, type ResolvedEndpoint } from '#libs/catalog';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { InputFetcher } from '#libs/files';
import { assertFetchableInputs } from '../fetchable-inputs.js';
import { InferenceQueue } from '../inference-queue.service.js';
import { inputFingerprint } from '../input-fingerprint.js';
import { type NewRequest, RequestLifecycleRepository } from '../request-lifecycle.repository.js';
import type { FileInput } from '../run-plan.js';
import { RepeatedSubmissions } from './repeated-submissions.service.js';
import { assertSubmission, type Submission, type SubmittedView } from './submission.js';

/** Takes requests. */
@Injectable()
export class SubmissionService {
  constructor(
    private readonly endpoints: EndpointResolver,
    private readonly repeats: RepeatedSubmissions,
    private readonly lifecycle: RequestLifecycleRepository,
    private readonly queue: InferenceQueue,
    private readonly fetcher: InputFetcher,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * Checks the input, stores the request and hands it to the queue. Returns without waiting for the run.
   * @throws AppError endpoint_not_found, invalid_input, blocked_url, invalid_request, rate_limited when too many of
   * the actor's requests wait, or conflict when the idempotency key stands for another endpoint or input
   */
  async submit(actor: Actor, submission: Submission): Promise<SubmittedView> {
    assertSubmission(submission);
    const fingerprint = inputFingerprint(submission.endpoint, submission.input);
    const { idempotencyKey } = submission;
    const first = await this.repeats.findByKey(actor, idempotencyKey, fingerprint);
    if (first !== null) return first;

    const resolved = await this.endpoints.resolve(actor, submission.endpoint, submission.input);
    const files = collectFileUrls(resolved.inputSchema, resolved.modelInput);
    assertFetchableInputs(files, resolved.input, (url) => this.fetcher.assertFetchable(url));

    const repeatSeconds = idempotencyKey === undefined ? this.config.DEDUPLICATE_SECONDS : 0;
    const retryKey = retryKeyOf(fingerprint, repeatSeconds);
    const request = { ...newRequest(actor, submission, resolved, files, fingerprint), retryKey };
    const limits = { mostQueued: this.config.MAX_QUEUED_PER_USER, repeatSeconds };
    const insertion = await this.lifecycle.insert(request, limits);
    if (insertion.outcome === 'gone')
      throw new AppError('endpoint_not_found', `${resolved.endpoint} was removed just now.`);
    if (insertion.outcome === 'full') throw this.lineIsFull();
    if (insertion.outcome === 'repeated') return this.repeats.answer(actor, insertion.firstId);
    if (insertion.outcome === 'exists') return this.repeats.winnerOfRace(actor, idempotencyKey, fingerprint);
    // Not awaited: it is stored, and whatever else happens to it now, it will run.
    void this.queue.enqueue([{ id: request.id, attempts: 0 }]);
    return {
      requestId: request.id,
      status: 'IN_QUEUE',
      endpoint: resolved.endpoint,
      queuePosition: insertion.queuePosition,
      price: resolved.price,
    };
  }

  private lineIsFull(): AppError {
    return new AppError(
      'rate_limited',
      `You have ${this.config.MAX_QUEUED_PER_USER} requests waiting, and no more may wait at once.`,
      { nextStep: 'Wait for some of them with wait_for_request, or cancel_request what you do not need.' },
    );
  }
}

/**
 * What makes parallel submissions of the same thing collide in the table; null when they may be two requests. The
 * slot of time is in it so that an unfinished request from long ago does not.
 */
function retryKeyOf(fingerprint: string, repeatSeconds: number): string | null {
  return repeatSeconds === 0 ? null : `${fingerprint}:${Math.floor(Date.now() / 1_000 / repeatSeconds)}`;
}

function newRequest(
  actor: Actor,
  submission: Submission,
  resolved: ResolvedEndpoint,
  files: FileInput[],
  fingerprint: string,
): Omit<NewRequest, 'retryKey'> {
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
    precedence: -(submission.priority ?? 0),
  };
}
