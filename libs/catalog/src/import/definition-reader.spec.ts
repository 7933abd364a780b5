import { readDefinitions } from './definition-reader.js';

const VALUES = [
  { alias: 'a', text: 'brackets ]}[{ and "quotes\\" \\\\', list: [[], {}, [1, { deep: [] }]] },
  {},
  { alias: 'ä😀\u2028', empty: '' },
];
const compact = JSON.stringify(VALUES);
const pretty = JSON.stringify(VALUES, null, 2);

/** The bytes in pieces of the given size, so that every border is tried. */
async function* pieces(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function read(text: string, size = 7): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const value of readDefinitions(pieces(text, size), 'models')) found.push(value);
  return found;
}

describe('definitions are read', () => {
  const forms: [string, string][] = [
    ['from an array', compact],
    ['from an array over many lines', `\uFEFF\n ${pretty}\n`],
    ['from an object', `{"models":${compact}}`],
    ['from an object over many lines', ` {\n "models" : ${pretty}\n}\n`],
    ['from lines', VALUES.map((value) => JSON.stringify(value)).join('\n')],
    ['from lines that end with one', VALUES.map((value) => `${JSON.stringify(value)}\r\n\n`).join('')],
  ];
  it.each(forms)('%s, wherever a piece ends', async (_, text) => {
    for (const size of [1, 2, 3, 5, 64, 100_000]) expect(await read(text, size)).toEqual(VALUES);
  });

  it('from lines that begin with a list of their own', async () => {
    expect(await read('{"examples": [], "alias": "a"}')).toEqual([{ examples: [], alias: 'a' }]);
  });

  it('from an empty list', async () => {
    for (const text of ['[]', '{"models": [ ]}']) expect(await read(text)).toEqual([]);
  });

  it('after any amount of white space, which nobody keeps', async () => {
    const began = performance.now();
    expect(await read(`${' '.repeat(16 * 1024 * 1024)}${compact}`, 65_536)).toEqual(VALUES);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('with values that are no definitions, which is for others to say', async () => {
    expect(await read('[1, "two", null, [3]]')).toEqual([1, 'two', null, [3]]);
    expect(await read('1\n"two"\nnull', 1)).toEqual([1, 'two', null]);
  });
});

describe('refused is', () => {
  it.each<[string, string, RegExp]>([
    ['nothing', ' \n', /nothing to import/],
    ['a list of something else', '{"wrappers": []}', /must be in "models"/],
    ['a list under another name', '{"model": []}', /The list must be in "models", not in "model"\.$/],
    ['a list without an end', '[{"a":1},', /#1 the text ends before the list does/],
    ['an object without an end', '{"models":[{"a":1}]', /ends before/],
    ['a value without an end', '[{"a":1},{"a":', /ends before/],
    ['more than the list', '{"models":[], "more": 1}', /something follows the list/],
    ['something after the list', '[] []', /something follows the list/],
    ['something after the object', '{"models":[]}}', /something follows the list/],
    ['no comma', '[{} {}]', /#1 \{ is not expected here/],
    ['two commas', '[{},,{}]', /, is not expected here/],
    ['a comma at the end', '[{},]', /\] is not expected here/],
    ['what is no JSON', '[{"a":1},{a:2}]', /#1 is not valid JSON/],
    ['brackets of two kinds', '[{"a":[1}]]', /is not valid JSON/],
    ['a page', '<html>', /#0 is not valid JSON/],
    ['a value without an end that is too long', `[{"a":"${'x'.repeat(3_000_000)}"}]`, /larger than any/],
  ])('%s', async (_, text, message) => {
    await expect(read(text, 1_000_000)).rejects.toThrow(message);
    await expect(read(text, text.length > 1_000 ? 65_536 : 1)).rejects.toThrow(message);
  });
});
