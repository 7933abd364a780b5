import type { JsonSchema } from '../catalog.types.js';
import { exampleErrors } from './example-check.js';

const schema = (fields: number, other: object = {}): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(Array.from({ length: fields }, (_, n) => [`p${n}`, { type: 'string' }])),
  ...other,
});
const told = (...args: Parameters<typeof exampleErrors>) =>
  exampleErrors(...args).map((errors) => errors.map(({ path, message }) => `${path}: ${message}`));

describe('examples', () => {
  it.each([
    ['of a plain schema', schema(2)],
    ['of one that is out of the ordinary', schema(2, { if: {}, then: {} })],
  ])('%s are told apart, each with its own errors', (_, given) => {
    expect(told(given, [{ p0: 'a' }, { p0: 1 }, {}])).toEqual([[], ['p0: must be a string, not 1'], []]);
    expect(told(given, [])).toEqual([]);
  });

  it('of a schema with more fields than the quick check can nest', () => {
    expect(told(schema(6_000), [{ p1: 'a' }, { p1: 1 }])).toEqual([[], ['p1: must be a string, not 1']]);
  }, 60_000);
});
