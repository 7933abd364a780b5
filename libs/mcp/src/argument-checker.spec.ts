import { compileArgumentCheck } from './argument-checker.js';

const check = compileArgumentCheck({
  name: 'probe',
  inputSchema: {
    type: 'object',
    properties: {
      text: { type: 'string' },
      word: { type: 'string', enum: ['yes', 'no'] },
      count: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
      ratio: { type: 'number' },
      flag: { type: 'boolean' },
      input: { type: 'object' },
    },
  },
});

const errorsOf = (given: Record<string, unknown>): unknown => {
  try {
    check(given);
  } catch (error) {
    return (error as { details: { validationErrors: unknown } }).details.validationErrors;
  }
  return undefined;
};

describe('the check of arguments', () => {
  it.each([
    [{}, { count: 3 }],
    [
      { count: '7', ratio: ' 0.5 ', flag: 'true', text: 12 },
      { count: 7, ratio: 0.5, flag: true, text: '12' },
    ],
    [
      { flag: 'false', input: '{"a":[1]}' },
      { count: 3, flag: false, input: { a: [1] } },
    ],
    [{ text: null, count: null }, { count: 3 }],
    [{ text: '', word: '' }, { count: 3 }],
    [{ text: '{"a":1}' }, { count: 3, text: '{"a":1}' }],
  ])('reads %j as %j', (given, args) => {
    expect(check(given)).toEqual(args);
  });

  it.each([
    [{ count: '' }, 'count', 'must be integer'],
    [{ count: '1.5' }, 'count', 'must be integer'],
    [{ count: 10 }, 'count', 'must be between 1 and 9'],
    [{ ratio: 'Infinity' }, 'ratio', 'must be number'],
    [{ flag: 'yes' }, 'flag', 'must be boolean'],
    [{ input: '[1]' }, 'input', 'must be object'],
    [{ input: [1] }, 'input', 'must be object'],
    [{ timeout: 5 }, 'timeout', 'is not an argument of this tool'],
    [{ constructor: 5 }, 'constructor', 'is not an argument of this tool'],
    [{ input: '{"a":{"__proto__":{}}}' }, 'input', 'must be object'],
  ])('refuses %j', (given, path, message) => {
    expect(errorsOf(given)).toEqual([{ path, message }]);
  });

  it('refuses what is nested too deep, however deep', () => {
    const nested = (levels: number) => ({
      input: JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`) as object,
    });
    expect(errorsOf(nested(100))).toBeUndefined();
    for (const levels of [102, 200_000]) {
      expect(errorsOf(nested(levels))).toEqual([
        { path: 'input', message: 'is nested more than 100 levels deep' },
      ]);
    }
  });

  it('keeps an empty text where one is required', () => {
    const strict = compileArgumentCheck({
      name: 'probe',
      inputSchema: { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] },
    });
    expect(strict({ q: '' })).toEqual({ q: '' });
  });

  it('leaves what it was given as it was', () => {
    const given = { count: '7' };
    check(given);
    expect(given).toEqual({ count: '7' });
  });
});
