import { bearerChallenge, bearerStatus, presentsTokenTwice } from './bearer-challenge.js';

const common = {
  resourceMetadata: 'https://run.example/.well-known/oauth-protected-resource/mcp',
  scope: 'mcp',
};

describe('bearerChallenge (RFC 6750 §3, RFC 9728 §5.1)', () => {
  it('says nothing of an error when there was no token', () => {
    expect(bearerChallenge(common)).toBe(
      'Bearer resource_metadata="https://run.example/.well-known/oauth-protected-resource/mcp", scope="mcp"',
    );
  });

  it('says what is wrong with a token', () => {
    expect(bearerChallenge({ ...common, error: 'invalid_token', description: 'The token expired.' })).toBe(
      'Bearer error="invalid_token", error_description="The token expired.", ' +
        'resource_metadata="https://run.example/.well-known/oauth-protected-resource/mcp", scope="mcp"',
    );
  });

  it.each([
    [undefined, 401],
    ['invalid_token', 401],
    ['invalid_request', 400],
    ['insufficient_scope', 403],
  ] as const)('%p is %d', (error, status) => {
    expect(bearerStatus(error)).toBe(status);
  });
});

describe('presentsTokenTwice (RFC 6750 §2)', () => {
  it.each([
    ['one header', ['Host', 'x', 'Authorization', 'Bearer a'], {}, false],
    ['query alone', ['Host', 'x'], { access_token: 'a' }, false],
    ['header and query', ['authorization', 'Bearer a'], { access_token: 'a' }, true],
    ['two headers', ['Authorization', 'Bearer a', 'AUTHORIZATION', 'Bearer b'], {}, true],
  ])('%s', (_, rawHeaders, query, twice) => {
    expect(presentsTokenTwice(rawHeaders, query)).toBe(twice);
  });
});
