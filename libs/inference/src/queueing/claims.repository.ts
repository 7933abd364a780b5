import { hostname } from 'node:os';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { PreparedQueries } from '#libs/database';
import type { InferenceRequest } from '../inference-request.entity.js';

/** A worker's hold on a request: id, worker and attempt together. A later attempt makes an earlier hold void. */
export type Claim = Pick<
  InferenceRequest,
  | 'id'
  | 'userId'
  | 'clientId'
  | 'modelEndpoint'
  | 'engine'
  | 'modelInput'
  | 'runPlan'
  | 'priceUnit'
  | 'priceAmount'
  | 'attempts'
> & { worker: string };

/** The choice itself is a function of the database (made by the migrations), so that a claim is one round trip. */
const CLAIM_NEXT = 'SELECT * FROM claim_next_request($1, $2, $3, $4, $5)';

/**
 * Gives the next request to a worker: of the user who has the fewest running, then of the one whose last turn is the
 * longest ago; of that user's own by priority, then age. Passed over are users with all their places taken, models
 * with all of theirs taken, and local engines when this machine has no room.
 */
@Injectable()
export class ClaimsRepository {
  constructor(
    private readonly queries: PreparedQueries,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * One claim at a time over all workers.
   * @param options.patient waits while another claims; otherwise that other is taken to have it
   * @returns the hold on the request whose turn it is; null when none may run now
   */
  async claimNext(worker: string, { patient } = { patient: true }): Promise<Claim | null> {
    const { HOST_CONCURRENCY, MAX_RUNNING_PER_USER } = this.config;
    const values = [worker, hostname(), HOST_CONCURRENCY, MAX_RUNNING_PER_USER, patient];
    const [claim] = await this.queries.rows<Claim>('inference_claim', CLAIM_NEXT, values);
    return claim ?? null;
  }
}
