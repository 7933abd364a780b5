import { JsonStringCutter } from './json-string-cutter.js';

const LIMIT = 40;

/** What is left of the JSON, parsed, and the strings that were cut out of it. */
async function cutOut(json: string, piece: number) {
  const strings: string[] = [];
  const cutter = new JsonStringCutter(LIMIT, () => {
    const index = strings.push('') - 1;
    return {
      write: async (text) => void (strings[index] += text),
      end: async () => `@${index}`,
    };
  });
  const bytes = Buffer.from(json);
  const left: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += piece)
    left.push(await cutter.take(bytes.subarray(at, at + piece)));
  return { left: JSON.parse(Buffer.concat([...left, cutter.end()]).toString()) as unknown, strings };
}

const long = 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo+/w==';
const backslashes = '\\'.repeat(30);

/** Pieces of 1 byte cut everything that can be cut. */
describe.each([1, 2, 3, 7, 64, 10_000])('JSON in pieces of %p bytes', (piece) => {
  it.each([
    ['no string', { a: [1, null] }, 0],
    ['short strings only', { a: 'b', 'c"': ['\\', '"', 'ü"\\', '\u2028'] }, 0],
    ['a string of exactly the limit', { a: 'x'.repeat(LIMIT) }, 0],
    ['backslashes at the end of a string', { a: backslashes.slice(0, 19), b: '"' }, 0],
  ])('with %s stays as it is', async (_name, value, count) => {
    const { left, strings } = await cutOut(JSON.stringify(value), piece);
    expect(left).toEqual(value);
    expect(strings).toHaveLength(count);
  });

  it.each([
    ['as it is', `"${long}${long}"`],
    ['with escaped slashes', `"${`${long}${long}`.replaceAll('/', '\\/')}"`],
    ['with signs as numbers', `"${`${long}${long}`.replaceAll('+', '\\u002B').replaceAll('=', '\\u003d')}"`],
  ])('loses a long string: %s', async (_name, string) => {
    const { left, strings } = await cutOut(`{"a": {"b":${string}},"c":"d"}`, piece);
    expect(left).toEqual({ a: { b: '@0' }, c: 'd' });
    expect(strings).toEqual([long + long]);
  });

  it('loses line breaks and quotes inside a long string at no other place', async () => {
    const lines = `${long}\r\n${long}"\t`;
    const { left, strings } = await cutOut(JSON.stringify([lines, 'x', `${lines}!`]), piece);
    expect(left).toEqual(['@0', 'x', '@1']);
    expect(strings).toEqual([lines, `${lines}!`]);
  });

  it.each(['{"a":"b', `{"a":"${long}${long}`, '{"a":"\\', `{"a":"${long}${long}\\u00`])(
    'that ends in the middle of a string is no JSON: %s',
    async (json) => {
      await expect(cutOut(json, piece)).rejects.toThrow(SyntaxError);
    },
  );

  it('keeps what is no escape, for its reader to refuse', async () => {
    const { strings } = await cutOut(`["${long}\\q\\\\${long}"]`, piece);
    expect(strings).toEqual([`${long}\\q\\\\${long}`]);
  });
});

it('takes time in proportion to the size, whatever the strings look like', async () => {
  const times: number[] = [];
  for (const count of [20_000, 200_000]) {
    const startedAt = performance.now();
    await cutOut(JSON.stringify([...new Array<string>(count).fill('a'), backslashes.repeat(100)]), 65_536);
    times.push(performance.now() - startedAt);
  }
  expect(times[1]!).toBeLessThan(60 * times[0]! + 500);
});
