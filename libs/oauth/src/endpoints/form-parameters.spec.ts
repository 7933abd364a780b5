import { readFormParameters, requireParameter } from './form-parameters.js';

const FORM = 'application/x-www-form-urlencoded';
const read = (contentType: string | undefined, body: unknown) =>
  readFormParameters({ headers: { 'content-type': contentType }, body });

describe('readFormParameters (RFC 6749 §3.2)', () => {
  it('reads a form, leaving out what is empty', () => {
    expect(read(FORM, { grant_type: 'refresh_token', scope: '' })).toEqual({ grant_type: 'refresh_token' });
    expect(read(`${FORM}; charset=utf-8`, { a: 'b' })).toEqual({ a: 'b' });
    expect(read('Application/X-WWW-Form-Urlencoded', {})).toEqual({});
  });

  it.each([
    ['JSON', 'application/json', { grant_type: 'refresh_token' }],
    ['no content type', undefined, undefined],
    ['text', 'text/plain', 'grant_type=refresh_token'],
    ['two types in one header', `application/json, ${FORM}`, {}],
    ['a repeated parameter', FORM, { code: ['a', 'b'] }],
    ['a NUL', FORM, { code: 'a\0' }],
    [
      'very many parameters',
      FORM,
      Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`p${index}`, 'x'])),
    ],
  ])('refuses %s', (_, contentType, body) => {
    expect(() => read(contentType, body)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('names the parameter that is missing', () => {
    expect(() => requireParameter({}, 'code')).toThrow('code is missing');
  });
});
