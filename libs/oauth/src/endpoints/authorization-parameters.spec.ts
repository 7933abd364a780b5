import { type Query, readAuthorizationParameters } from './authorization-parameters.js';

const RESOURCE = 'https://run.example/mcp';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

const valid: Query = {
  response_type: 'code',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
  state: 'xyz',
};
const read = (changes: Query) => readAuthorizationParameters({ ...valid, ...changes }, RESOURCE);

describe('readAuthorizationParameters (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2)', () => {
  it.each([
    ['the least', {}, ['mcp']],
    [
      'all',
      { scope: 'mcp offline_access', resource: RESOURCE, prompt: 'consent' },
      ['mcp', 'offline_access'],
    ],
    ['a scope of its own', { scope: 'claudeai' }, ['mcp']],
    ['two equal resources', { resource: [RESOURCE, RESOURCE] }, ['mcp']],
  ])('takes %s', (_, changes, scopes) => {
    expect(read(changes)).toEqual({ scopes, codeChallenge: CHALLENGE });
  });

  it.each([
    ['invalid_request', { response_type: undefined }],
    ['unsupported_response_type', { response_type: 'token' }],
    ['unsupported_response_type', { response_type: 'code id_token' }],
    ['invalid_request', { response_type: ['code', 'code'] }],
    ['invalid_request', { code_challenge: undefined }],
    ['invalid_request', { code_challenge: '' }],
    ['invalid_request', { code_challenge: CHALLENGE.slice(1) }],
    ['invalid_request', { code_challenge_method: undefined }],
    ['invalid_request', { code_challenge_method: 'plain' }],
    ['invalid_request', { code_challenge_method: 's256' }],
    ['invalid_request', { scope: ['mcp', 'mcp'] }],
    ['invalid_request', { state: ['a', 'b'] }],
    ['invalid_request', { prompt: ['consent', 'login'] }],
    ['invalid_request', { state: 'a\0b' }],
    ['invalid_request', { state: 'x'.repeat(8_193) }],
    ['invalid_target', { resource: 'https://other.example/mcp' }],
    ['invalid_target', { resource: `${RESOURCE}#x` }],
    ['invalid_target', { resource: [RESOURCE, 'https://other.example/'] }],
    ['invalid_scope', { scope: 'a"b' }],
  ])('answers %s to %j', (code, changes) => {
    expect(() => read(changes)).toThrow(expect.objectContaining({ code }));
  });
});
