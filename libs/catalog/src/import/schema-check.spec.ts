import { compileSchema } from '../schema/compiled-schema.js';
import { schemaProblems } from './schema-check.js';

const object = (properties: object, other: object = {}) => ({ type: 'object', properties, ...other });
const nested = (levels: number): object => (levels === 0 ? {} : { not: nested(levels - 1) });
const chain = (links: number): object =>
  Object.fromEntries(
    Array.from({ length: links }, (_, n) => [`a${n}`, n + 1 < links ? { $ref: `#/$defs/a${n + 1}` } : {}]),
  );
const told = (schema: unknown) => schemaProblems(schema).map(({ path, message }) => `${path}: ${message}`);

describe('a schema that may be saved', () => {
  it.each<[string, object]>([
    ['is plain', object({ a: { type: 'string', pattern: '^(a+)+$' }, b: { enum: [1, null] } })],
    ['names its dialect', { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' }],
    ['has an $id', { $id: 'https://example.com/schema', type: 'object' }],
    [
      'refers to itself',
      object({ a: { $ref: '#/$defs/a~1b%20c' }, b: { $ref: '#' } }, { $defs: { 'a/b c': { type: 'null' } } }),
    ],
    ['refers to an anchor', object({ a: { $ref: '#size' } }, { $defs: { x: { $anchor: 'size' } } })],
    [
      'has data that looks like a schema',
      object({ a: { default: { $ref: 'https://x.example/', pattern: '(' } } }),
    ],
    [
      'has properties with the names of keywords',
      object({ $ref: { type: 'string' }, pattern: {}, enum: {} }),
    ],
    ['has conditions', object({ a: {} }, { if: { required: ['a'] }, then: { minProperties: 2 } })],
    ['has keywords of its own', object({ a: { 'x-order': 1, nullable: true, type: 'string' } })],
  ])('%s', (_, schema) => {
    expect(told(schema)).toEqual([]);
    expect(() => compileSchema(schema as never)).not.toThrow();
  });
});

describe('a schema that is refused, with the place', () => {
  it.each<[string, unknown, RegExp]>([
    ['no object', 'string', /^: must be a JSON Schema object/],
    [
      'thousands of fields, which would hold up everybody while they compile',
      object(Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`f${n}`, { type: 'string' }]))),
      /^: has more than 1000 schemas in it/,
    ],
    ['a pattern that is a text', object({ a: { pattern: 'x'.repeat(501) } }), /pattern: is longer than 500/],
    [
      'a host of patterns',
      object(
        Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`f${n}`, { pattern: 'x'.repeat(480) }])),
      ),
      /^: has patterns of more than 4000 characters/,
    ],
    ['a list', [], /^: must be a JSON Schema object/],
    ['not for an object', { type: 'string' }, /^type: must be "object"/],
    [
      'an older draft',
      { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' },
      /^\$schema: .*2020-12/,
    ],
    [
      'an unknown type',
      object({ a: { type: 'text' } }),
      /^properties\.a\.type: .*must be one of: array, boolean/,
    ],
    ['a bad bound', object({ a: { minimum: 'x' } }), /^properties\.a\.minimum: must be a number/],
    ['a required that is no list', { type: 'object', required: 'a' }, /^required: must be an array/],
    [
      'a reference to elsewhere',
      object({ a: { $ref: 'https://example.com/x.json' } }),
      /^properties\.a\.\$ref: must point into/,
    ],
    [
      'a reference to a file',
      object({ a: { items: { $ref: 'x.json#/a' } } }),
      /^properties\.a\.items\.\$ref: must point/,
    ],
    [
      'a reference to nothing',
      object({ a: { allOf: [{ $ref: '#/$defs/Nope' }] } }),
      /^properties\.a\.allOf\.0\.\$ref: leads nowhere/,
    ],
    [
      'a reference to an anchor that is not there',
      object({ a: { $ref: '#size' } }),
      /can't resolve reference/,
    ],
    [
      'a circle',
      object({ a: { $ref: '#/$defs/x' } }, { $defs: { x: { $ref: '#/$defs/x' } } }),
      /goes round in a circle/,
    ],
    [
      'a chain of references that nobody follows to its end',
      object({}, { $defs: chain(6_000) }),
      /^\$defs\.a0\.\$ref: leads over more than 16 other references/,
    ],
    [
      'a pattern that needs backtracking',
      object({ a: { pattern: '(?=x)y' } }),
      /^properties\.a\.pattern: is not a regular/,
    ],
    [
      'a pattern that is none',
      object({ a: { patternProperties: { '(': {} } } }),
      /^properties\.a\.patternProperties: is not/,
    ],
    ['an empty enum', object({ a: { enum: [] } }), /^: cannot be used: enum/],
    ['a keyword of the first drafts', object({ a: { id: 'x' } }), /^: cannot be used: .*"id"/],
    ['very large', object({ a: { description: 'x'.repeat(300_000) } }), /^: is larger than 256 KiB/],
    ['very deep', object({ a: nested(70) }), /^: is nested more than 64 levels deep/],
  ])('%s', (_, schema, problem) => {
    expect(told(schema).join('\n')).toMatch(problem);
  });
});
