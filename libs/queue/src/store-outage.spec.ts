import { isStoreAway } from './store-outage.js';

describe('isStoreAway', () => {
  it.each([
    'connect ECONNREFUSED 127.0.0.1:6379',
    'read ECONNRESET',
    'getaddrinfo ENOTFOUND redis',
    'Connection is closed.',
    'LOADING Redis is loading the dataset in memory',
  ])('keeps what is repeated at each attempt out of the log: %s', (message) => {
    expect(isStoreAway(new Error(message))).toBe(true);
  });

  it('knows two addresses of one name, for which Node has no message', () => {
    expect(isStoreAway(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }))).toBe(true);
  });

  it.each([
    'WRONGPASS invalid username-password pair',
    'OOM command not allowed',
    'READONLY',
    'Missing lock',
  ])('leaves in the log what somebody has to mend: %s', (message) =>
    expect(isStoreAway(new Error(message))).toBe(false),
  );
});
