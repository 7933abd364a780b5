export { AppErrorFilter } from './app-error.filter.js';
export { createHttpApp } from './create-http-app.js';
export { HttpModule } from './http.module.js';
export { RateLimiter, type RateLimit } from './rate-limiter.js';
