import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  type RateLimiterRes,
} from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { isStoreAway } from '#libs/queue';

/** With a bucket's name in front it fits into the table's 255 characters. */
const LONGEST_KEY = 200;

/** How often something may be done. */
export interface RateLimit {
  /** Calls that are allowed … */
  points: number;
  /** … within this many seconds. */
  seconds: number;
}

/**
 * Counts calls across replicas, on Redis or PostgreSQL. When the store does not answer, a limiter in memory stands
 * in: a limit that counts per process is better than none, and better than refusing everyone. What is over is cleared
 * away by the library, in PostgreSQL every five minutes.
 */
@Injectable()
export class RateLimiter implements OnApplicationShutdown {
  private readonly limiters = new Map<string, RateLimiterAbstract>();
  private readonly redis?: Redis;

  constructor(
    @Inject(APP_CONFIG) config: AppConfig,
    private readonly dataSource: DataSource,
  ) {
    if (!config.REDIS_URL) return;
    this.redis = new Redis(config.REDIS_URL, { maxRetriesPerRequest: 1, lazyConnect: true });
    const logger = new Logger(RateLimiter.name);
    this.redis.on('error', (error: Error) => {
      if (!isStoreAway(error)) logger.warn(`Redis: ${error.message}`);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.redis?.disconnect();
  }

  /**
   * Counts one call of `key` in `bucket`.
   * @throws AppError `rate_limited` with `retryAfterSeconds`
   */
  async consume(bucket: string, key: string, limit: RateLimit): Promise<void> {
    try {
      await this.limiter(bucket, limit).consume(storable(key));
    } catch (refusal) {
      if (refusal instanceof Error) throw refusal;
      const seconds = Math.max(1, Math.ceil((refusal as RateLimiterRes).msBeforeNext / 1_000));
      throw new AppError('rate_limited', `Too many attempts. Try again in ${seconds} seconds.`, {
        retryAfterSeconds: seconds,
      });
    }
  }

  /** Takes one call back that turned out not to count, e.g. a sign-in that succeeded. */
  async refund(bucket: string, key: string, limit: RateLimit): Promise<void> {
    await this.limiter(bucket, limit).reward(storable(key));
  }

  /** Forgets what was counted, e.g. the failures of an account after it signed in. */
  async reset(bucket: string, key: string, limit: RateLimit): Promise<void> {
    await this.limiter(bucket, limit).delete(storable(key));
  }

  private limiter(bucket: string, limit: RateLimit): RateLimiterAbstract {
    const known = this.limiters.get(bucket);
    if (known) return known;
    const created = this.create(bucket, limit);
    this.limiters.set(bucket, created);
    return created;
  }

  private create(bucket: string, { points, seconds }: RateLimit): RateLimiterAbstract {
    const options = {
      keyPrefix: bucket,
      points,
      duration: seconds,
      inMemoryBlockOnConsumed: points + 1,
      insuranceLimiter: new RateLimiterMemory({ keyPrefix: bucket, points, duration: seconds }),
    };
    if (this.redis) return new RateLimiterRedis({ ...options, storeClient: this.redis });
    const { master } = this.dataSource.driver as unknown as { master: unknown };
    return new RateLimiterPostgres({
      ...options,
      storeClient: master,
      storeType: 'pool',
      tableName: 'rate_limits',
      tableCreated: true,
    });
  }
}

/** A caller's text may be longer than the store's column, which would then count in memory only. */
function storable(key: string): string {
  return key.length <= LONGEST_KEY ? key : createHash('sha256').update(key).digest('base64url');
}
