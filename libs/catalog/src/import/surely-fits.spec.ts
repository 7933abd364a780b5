import { validateAgainst } from '../schema/compiled-schema.js';
import { surelyFits } from './surely-fits.js';

const SCHEMAS: object[] = [
  { type: 'string', maxLength: 3 },
  { type: 'string', minLength: 2 },
  { type: ['integer', 'null'], minimum: 1, maximum: 9 },
  { type: 'number', description: 'Words.', 'x-order': 1 },
  { enum: ['a', 2, null] },
  { const: 'toString' },
  { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 2 },
  { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false },
  { type: 'object', additionalProperties: { type: 'string' } },
  { type: 'object', properties: { toString: false } },
  { required: ['constructor'] },
  { minimum: 5 },
  { pattern: '^a' },
  { format: 'uri' },
  { not: {} },
  { allOf: [{ type: 'string' }, { maxLength: 1 }] },
  { anyOf: [{ type: 'string' }, { type: 'null' }] },
  {},
];
const VALUES: unknown[] = [
  ...['', 'a', 'abc', 'abcd', '😀', '😀😀😀', 'toString', 0, 1, 2, 5, 9, 9.5, -1, 1e300, true, false, null],
  ...['https://example.org', 'http://a.b/c-d_e.png', 'https://', 'https://a b', 'nothing:at all'],
  ...[[], [1], [1, 2], [1, 2, 3], ['a'], [1.5], {}, { a: 'x' }, { a: 1 }, { b: 'x' }, { a: 'x', b: 1 }],
];

it('is never surer than the compiler, and sure of most that fits', () => {
  let fitting = 0;
  let sure = 0;
  for (const property of SCHEMAS) {
    const schema = { type: 'object', properties: { value: property }, required: ['value'] };
    for (const value of VALUES) {
      const fits = validateAgainst(schema, { value }).length === 0;
      const isSure = surelyFits(schema, { value });
      expect([property, value, isSure && !fits]).toEqual([property, value, false]);
      if (fits) fitting += 1;
      if (isSure) sure += 1;
    }
  }
  expect(sure / fitting).toBeGreaterThan(0.6);
});

it('looks at the defaults of what is missing, which are filled in', () => {
  const schema = { type: 'object', properties: { a: { type: 'string', default: 7 } }, required: ['a'] };
  expect(surelyFits(schema, {})).toBe(false);
  expect(surelyFits({ ...schema, required: [] }, {})).toBe(false);
});
