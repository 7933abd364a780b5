export { addressKey } from './address-key.js';
export { ApiRoute, type ApiRouteFacts } from './api-description/api-route.decorator.js';
export { schemas } from './api-description/json-schemas.js';
export { createHttpApp } from './create-http-app.js';
export { HealthModule, HttpModule } from './http.module.js';
export { IsTime, LimitQuery, type ListPage, PageQuery } from './page-query.js';
export { frameworkStatus } from './send-error.js';
export { RateLimiter, type RateLimit } from './rate-limiter.js';
export { RowIdPipe } from './row-id.pipe.js';
