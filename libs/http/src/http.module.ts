import { Global, Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { RateLimiter } from './rate-limiter.js';

/** The health routes, for a process that has nothing else to say over HTTP. */
@Module({ controllers: [HealthController] })
export class HealthModule {}

/** What HTTP edges share: rate limits and the health routes. */
@Global()
@Module({ imports: [HealthModule], providers: [RateLimiter], exports: [RateLimiter] })
export class HttpModule {}
