import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, Repository } from 'typeorm';
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
      (await this.accessTokens.delete({ expiresAt: LessThan(now) })).affected ?? 0,
    ];
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total > 0) this.logger.log(`removed ${total} expired rows`);
    return total;
  }
}
