export { frameworkStatus } from './app-error.filter.js';
export { createHttpApp } from './create-http-app.js';
export { HealthModule, HttpModule } from './http.module.js';
export { RateLimiter, type RateLimit } from './rate-limiter.js';
