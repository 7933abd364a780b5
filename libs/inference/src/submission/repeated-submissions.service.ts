import { Injectable } from '@nestjs/common';
import type { Actor } from '#libs/accounts';
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
  ) {}

  /**
   * @returns the answer to the first submission with this key, as it stands now; null when this is the first, or has none
   * @throws AppError conflict when the key stands for another endpoint or input
   */
  async findByKey(actor: Actor, key: string | undefined, fingerprint: string): Promise<SubmittedView | null> {
    if (key === undefined) return null;
    const first = await this.history.findByIdempotencyKey(actor.userId, key);
    if (first === null) return null;
    if (first.inputFingerprint !== fingerprint) {
      throw new AppError('conflict', 'This idempotencyKey was used for another endpoint or input.', {
        nextStep: `Use a new idempotencyKey, or call get_request with requestId ${first.id}.`,
      });
    }
    return this.view(first);
  }

  /** What a blind retry is told: its first, as it stands now. */
  async answer(actor: Actor, firstId: string): Promise<SubmittedView> {
    const first = await this.history.findSubmitted(actor.userId, firstId);
    if (first === null) throw goneAlready();
    return { ...(await this.view(first)), deduplicated: true };
  }

  /** Two submissions at the same time: the loser of the insert answers with the winner's. */
  async winnerOfRace(actor: Actor, key: string | undefined, fingerprint: string): Promise<SubmittedView> {
    const byKey = await this.findByKey(actor, key, fingerprint);
    if (byKey !== null) return byKey;
    const first = await this.history.findUnfinishedTwin(actor.userId, fingerprint);
    if (first === null) throw goneAlready();
    return { ...(await this.view(first)), deduplicated: true };
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

/** The winner of a race was done in between. */
const goneAlready = () => new AppError('conflict', 'The same request has just ended. Submit it once more.');
