import { documentLifetimeMs } from './document-lifetime.js';

const MINUTES = 60_000;

describe('documentLifetimeMs (RFC 9111 §4.2)', () => {
  it.each([
    ['max-age=600', undefined, 10],
    ['public, max-age=7200', undefined, 120],
    ['Public, Max-Age=600', undefined, 10],
    ['max-age="600"', undefined, 10],
    ['max-age=60, s-maxage=1200', undefined, 20],
    ['max-age=3600', '1800', 30],
    ['max-age=3600', 'soon', 60],
    [undefined, undefined, 60],
    ['public', undefined, 60],
    ['max-age=60', undefined, 5],
    ['max-age=0', undefined, 5],
    ['max-age=3600', '3590', 5],
    ['max-age=3600', '9999999', 5],
    ['no-store', undefined, 5],
    ['no-cache, max-age=86400', undefined, 5],
    ['max-age=86400, no-store', undefined, 5],
    ['max-age=never', undefined, 5],
    ['max-age=-1', undefined, 5],
    ['max-age', undefined, 5],
    ['max-age=31536000', undefined, 24 * 60],
    ['max-age=999999999999999999999', undefined, 24 * 60],
  ])('%s, %s seconds old: %s minutes', (cacheControl, age, minutes) => {
    expect(documentLifetimeMs(cacheControl, age)).toBe(minutes * MINUTES);
  });
});
