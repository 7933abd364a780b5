import { safeReturnPath } from './return-to.js';

describe('safeReturnPath', () => {
  it.each([
    ['/account/connections', '/account/connections'],
    ['/consent?request=1', '/consent?request=1'],
    [undefined, '/account'],
    ['', '/account'],
    ['https://evil.example', '/account'],
    ['//evil.example', '/account'],
    ['/\\evil.example', '/account'],
    ['\\\\evil.example', '/account'],
    ['/\t/evil.example', '/account'],
    ['javascript:alert(1)', '/account'],
    ['evil', '/account'],
    ['https:evil', '/account'],
    ['/..//evil.example', '/account'],
    ['/x/..//evil.example', '/account'],
  ])('%j leads to %s', (wanted, path) => {
    expect(safeReturnPath(wanted, 'https://run.example')).toBe(path);
  });
});
