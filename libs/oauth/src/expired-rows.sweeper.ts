import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { HourlyRounds } from '#libs/lifecycle';
import { ClientsService } from './clients/clients.service.js';
import { AuthorizationRequestsService } from './grants/authorization-requests.service.js';
import { GrantsService } from './grants/grants.service.js';
import { AccessToken } from './tokens/access-token.entity.js';

/**
 * All but the one that proves of a refresh token, not yet exchanged itself, that it did arrive: without it the theft of
 * the token before would look like a lost response. It waits for no row, so no request can wait for it in a circle.
 */
const DELETE_ACCESS_TOKENS = `
  DELETE FROM oauth_access_tokens WHERE id IN (
    SELECT t.id FROM oauth_access_tokens t
    WHERE t.expires_at < $1 AND NOT (t.first_used_at IS NOT NULL AND EXISTS (
      SELECT FROM oauth_refresh_tokens r
      WHERE r.id = t.refresh_token_id AND r.consumed_at IS NULL AND r.expires_at > $1))
    FOR UPDATE OF t SKIP LOCKED)`;

/**
 * Removes what is over, at the start and every hour, on every replica: the statements do not mind each other. Codes and
 * refresh tokens go with their grant and not before, because a second use of a spent one must be noticed.
 */
@Injectable()
export class ExpiredRowsSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('oauth');
  private readonly rounds = new HourlyRounds('sweep of expired rows', this.logger, () =>
    this.sweep(new Date()),
  );

  constructor(
    @InjectRepository(AccessToken) private readonly accessTokens: Repository<AccessToken>,
    private readonly requests: AuthorizationRequestsService,
    private readonly grants: GrantsService,
    private readonly clients: ClientsService,
  ) {}

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  /** Before the database connections end. */
  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  /** @returns how many rows went */
  async sweep(now: Date): Promise<number> {
    const counts = [
      await this.requests.deleteExpired(now),
      await this.grants.deleteExpired(now),
      await this.clients.deleteStale(now),
      await this.deleteAccessTokens(now),
    ];
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total > 0) this.logger.log(`removed ${total} expired rows`);
    return total;
  }

  private async deleteAccessTokens(now: Date): Promise<number> {
    const [, affected] = await this.accessTokens.query<[unknown, number]>(DELETE_ACCESS_TOKENS, [now]);
    return affected;
  }
}
