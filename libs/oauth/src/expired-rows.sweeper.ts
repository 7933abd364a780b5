import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { WebSessionStore } from '#libs/accounts';
import { ClientsService } from './clients/clients.service.js';
import { AuthorizationRequestsService } from './grants/authorization-requests.service.js';
import { GrantsService } from './grants/grants.service.js';
import { AccessToken } from './tokens/access-token.entity.js';

const EVERY_MS = 3_600_000;

/**
 * Removes what is over, hourly, on every replica: the statements do not mind each other. Codes and refresh tokens go
 * with their grant and not before, because a second use of a spent one must be noticed.
 */
@Injectable()
export class ExpiredRowsSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('oauth');
  private timer?: NodeJS.Timeout;

  constructor(
    @InjectRepository(AccessToken) private readonly accessTokens: Repository<AccessToken>,
    private readonly requests: AuthorizationRequestsService,
    private readonly grants: GrantsService,
    private readonly clients: ClientsService,
    private readonly sessions: WebSessionStore,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.sweep(new Date()).catch((error: Error) =>
        this.logger.warn(`sweep of expired rows: ${error.message}`),
      );
    }, EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** @returns how many rows went */
  async sweep(now: Date): Promise<number> {
    const counts = [
      await this.requests.deleteExpired(now),
      await this.grants.deleteExpired(now),
      await this.clients.deleteStale(now),
      await this.sessions.deleteExpired(now),
      await this.deleteAccessTokens(now),
    ];
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total > 0) this.logger.log(`removed ${total} expired rows`);
    return total;
  }

  /**
   * All but the one that proves of a refresh token, not yet exchanged itself, that it did arrive: without it the
   * theft of the token before would look like a lost response.
   */
  private async deleteAccessTokens(now: Date): Promise<number> {
    const { affected } = await this.accessTokens
      .createQueryBuilder()
      .delete()
      .where('expires_at < :now', { now })
      .andWhere(
        `NOT (first_used_at IS NOT NULL AND EXISTS (
          SELECT FROM oauth_refresh_tokens r
          WHERE r.id = refresh_token_id AND r.consumed_at IS NULL AND r.expires_at > :now))`,
      )
      .execute();
    return affected ?? 0;
  }
}
