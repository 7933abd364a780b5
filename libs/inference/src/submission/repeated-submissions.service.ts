import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { QueuePlaces } from '../queueing/queue-places.service.js';
import { RequestHistoryRepository, type SubmittedRequest } from '../request-history.repository.js';
import type { SubmittedView } from './submission.js';

/**
 * Submissions that were made before. With an idempotency key the caller says so. Without one, the same endpoint and
 * input within seconds, while the first is unfinished, is taken for a blind retry: assistants make them when an
 * answer gets lost, and a run costs money.
 */
@Injectable()
export class RepeatedSubmissions {
  constructor(
    private readonly history: RequestHistoryRepository,
    private readonly places: QueuePlaces,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * @returns the answer to the first submission, as it stands now; null when this is the first
   * @throws AppError conflict when the key stands for another endpoint or input
   */
  async find(actor: Actor, key: string | undefined, fingerprint: string): Promise<SubmittedView | null> {
    if (key !== undefined) return this.findByKey(actor, key, fingerprint);
    const seconds = this.config.DEDUPLICATE_SECONDS;
    if (seconds === 0) return null;
    const first = await this.history.findRecentTwin(actor.userId, fingerprint, seconds);
    return first && { ...(await this.view(first)), deduplicated: true };
  }

  /** Two submissions at the same time: the loser of the insert answers with the winner's. */
  async winnerOfRace(actor: Actor, key: string | undefined, fingerprint: string): Promise<SubmittedView> {
    const first = await this.find(actor, key, fingerprint);
    // The winner was done in between.
    if (first === null)
      throw new AppError('conflict', 'The same request has just ended. Submit it once more.');
    return first;
  }

  /**
   * What makes parallel submissions of the same thing collide in the table; null when they may be two requests. The
   * slot of time is in it so that an unfinished request from long ago does not.
   */
  retryKey(key: string | undefined, fingerprint: string): string | null {
    const seconds = this.config.DEDUPLICATE_SECONDS;
    if (key !== undefined || seconds === 0) return null;
    return `${fingerprint}:${Math.floor(Date.now() / 1_000 / seconds)}`;
  }

  private async findByKey(actor: Actor, key: string, fingerprint: string): Promise<SubmittedView | null> {
    const first = await this.history.findByIdempotencyKey(actor.userId, key);
    if (first === null) return null;
    if (first.inputFingerprint !== fingerprint) {
      throw new AppError('conflict', 'This idempotencyKey was used for another endpoint or input.', {
        nextStep: `Use a new idempotencyKey, or call get_request with requestId ${first.id}.`,
      });
    }
    return this.view(first);
  }

  private async view(first: SubmittedRequest): Promise<SubmittedView> {
    const position = first.status === 'IN_QUEUE' ? await this.places.position(first.id) : null;
    return {
      requestId: first.id,
      status: first.status,
      endpoint: first.endpoint,
      ...(position !== null && { queuePosition: position }),
      price: { unit: first.priceUnit, amountUsd: first.priceAmount },
    };
  }
}
