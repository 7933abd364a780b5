import { Global, Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { RateLimiter } from './rate-limiter.js';

/** What HTTP edges share: rate limits and the health routes. */
@Global()
@Module({ controllers: [HealthController], providers: [RateLimiter], exports: [RateLimiter] })
export class HttpModule {}
