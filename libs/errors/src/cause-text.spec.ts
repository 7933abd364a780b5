import { causeText } from './cause-text.js';

describe('causeText', () => {
  it('has the stack of an error and of what caused it', () => {
    const text = causeText(new Error('outer', { cause: new TypeError('inner', { cause: 'exit code 3' }) }));
    expect(text).toMatch(
      /^Error: outer\n +at .*cause-text[^]*\ncaused by TypeError: inner\n +at [^]*\ncaused by exit code 3$/,
    );
  });

  it('ends where a chain ends in itself', () => {
    const error: Error = new Error('round');
    error.cause = error;
    expect(causeText(error).match(/Error: round/g)).toHaveLength(5);
  });

  it.each<[unknown, string]>([
    ['GET https://ann:pw@x.org/a.png?sig=1#t failed', 'GET https://x.org/a.png failed'],
    ['a\u001b[31mb\rc\td\ne', 'a[31mbc\td\ne'],
    [{ status: 3 }, '{ status: 3 }'],
    [undefined, ''],
  ])('of %j is %j', (thrown, text) => expect(causeText(thrown)).toBe(text));

  it('is bounded, whatever an error carries', () => {
    expect(causeText(`${'x'.repeat(9_000)}\nend`)).toBe(`${'x'.repeat(500)}…`);
    expect(causeText('short line\n'.repeat(5_000)).length).toBeLessThanOrEqual(8_000);
  });
});
