import type { JsonSchema } from '../catalog.types.js';
import { schemaProblems } from '../import/schema-check.js';
import { coerceInput } from './coerce-input.js';
import { compileSchema, validateAgainst } from './compiled-schema.js';
import { outOfBounds } from './input-bounds.js';

const schema: JsonSchema = {
  type: 'object',
  properties: {
    image: { type: 'string', format: 'uri', contentMediaType: 'image/*' },
    scale: { type: 'integer', minimum: 1, maximum: 4, default: 2 },
    strength: { type: 'number', exclusiveMinimum: 0 },
    style: { enum: ['plain', 'vivid'] },
    sharpen: { type: 'boolean', default: false },
    title: { type: 'string', minLength: 1, maxLength: 10, pattern: '^[A-Z]' },
    images: { type: 'array', items: { type: 'string', format: 'uri' }, minItems: 1, maxItems: 2 },
    crop: { $ref: '#/$defs/Box' },
    size: { anyOf: [{ type: 'integer' }, { type: 'string', enum: ['auto'] }] },
    seed: { type: ['integer', 'null'] },
    'x/y': { type: 'number', 'x-order': 3 },
  },
  required: ['image'],
  additionalProperties: false,
  $defs: {
    Box: {
      type: 'object',
      properties: { width: { type: 'integer' } },
      required: ['width'],
      additionalProperties: false,
    },
  },
};
const image = 'https://example.com/cat.png';

/** As a call does it: coerce, then validate. */
function check(input: unknown) {
  const value = coerceInput(schema, schema, structuredClone(input));
  const errors = compileSchema(schema).validate(value);
  return { value, errors: errors.map(({ path, message }) => `${path}: ${message}`) };
}

describe('validation names every failing field', () => {
  it.each<[string, object, string[]]>([
    ['missing', {}, ['image: is required']],
    ['wrong type', { image, scale: 'big' }, ['scale: must be a whole number, not "big"']],
    ['a fraction', { image, scale: 1.5 }, ['scale: must be a whole number, not 1.5']],
    [
      'too large and too small',
      { image, scale: 9, strength: 0 },
      ['scale: must be at most 4', 'strength: must be more than 0'],
    ],
    ['a choice', { image, style: 'bold' }, ['style: must be one of: plain, vivid']],
    [
      'no URL',
      { image: 'cat.png' },
      [
        'image: must be the URL of a file (image/*) that starts with https:// or http://; upload_file makes one from a file',
      ],
    ],
    ['empty', { image, title: '' }, ['title: must not be empty', 'title: must match the pattern ^[A-Z]']],
    ['array length', { image, images: [] }, ['images: must have at least 1 item']],
    [
      'inside an array',
      { image, images: [image, 'x'] },
      ['images.1: must be a URL that starts with https:// or http://; upload_file makes one from a file'],
    ],
    ['a single value for an array', { image, images: image }, [`images: must be an array, not "${image}"`]],
    ['inside an object', { image, crop: {} }, ['crop.width: is required']],
    [
      'an unknown field inside',
      { image, crop: { width: 1, wdth: 2 } },
      ['crop.wdth: is not a known field; did you mean width?'],
    ],
    ['a mistyped field', { image, scael: 3 }, ['scael: is not a known field; did you mean scale?']],
    [
      'a union',
      { image, size: 'huge' },
      [
        'size: fits none of the allowed forms: it must be a whole number, not "huge", or must be one of: auto',
      ],
    ],
    ['a name with a slash', { image, 'x/y': 'z' }, ['x/y: must be a number, not "z"']],
    [
      'a key that looks like a prototype',
      { image, constructor: 1 },
      [
        'constructor: is not a known field; the fields are image, scale, strength, style, sharpen, title, images, crop, size, seed, x/y',
      ],
    ],
    [
      'several at once',
      { style: 1, extra: 1 },
      [
        'image: is required',
        'extra: is not a known field; the fields are image, scale, strength, style, sharpen, title, images, crop, size, seed, x/y',
        'style: must be one of: plain, vivid',
      ],
    ],
  ])('%s', (_, input, expected) => {
    expect(check(input).errors.sort()).toEqual(expected.sort());
  });

  it('refuses a __proto__ key and pollutes nothing', () => {
    const { errors } = check(JSON.parse(`{"image":"${image}","__proto__":{"polluted":true}}`));
    expect(errors).toHaveLength(1);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('cuts a flood of errors and tells how many there are', () => {
    const many = { type: 'object', properties: { list: { type: 'array', items: { type: 'integer' } } } };
    const errors = validateAgainst(many, { list: Array.from({ length: 100 }, () => 'x') });
    expect(errors).toHaveLength(20);
    expect(errors.at(-1)).toEqual({ path: '', message: 'has 81 more problems' });
  });

  it('words only as many errors as it looks at', () => {
    const fields = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`field${at}`.repeat(6), {}]));
    const closed = { type: 'object', properties: fields, additionalProperties: false };
    const given = Object.fromEntries(
      Array.from({ length: 15_000 }, (_, at) => [`${'k'.repeat(50)}${at}`, 1]),
    );
    const started = performance.now();
    const errors = validateAgainst(closed, given);
    expect(errors.at(-1)).toEqual({ path: '', message: 'has at least 981 more problems' });
    // Wording them all would take minutes.
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe('what assistants send is taken as meant', () => {
  it.each<[string, object, object]>([
    [
      'numbers as text',
      { scale: '3', strength: ' 0.5 ', 'x/y': '-1e2' },
      { scale: 3, strength: 0.5, 'x/y': -100 },
    ],
    ['booleans as text', { sharpen: 'True' }, { sharpen: true }],
    ['numbers for text', { title: 12 }, { title: '12' }],
    ['objects as text', { crop: '{"width": "3"}' }, { crop: { width: 3 } }],
    ['arrays as text', { images: `["${image}"]` }, { images: [image] }],
    ['null for not given', { style: null, crop: null, title: null }, {}],
    ['null where null is a value', { seed: null }, { seed: null }],
    ['text for a union', { size: '512' }, { size: 512 }],
    ['a union branch that fits as it is', { size: 'auto' }, { size: 'auto' }],
  ])('%s', (_, given, expected) => {
    expect(check({ image, ...given }).value).toEqual({ image, scale: 2, sharpen: false, ...expected });
  });

  it('reads a megabyte of digits that is no number in no time', () => {
    const started = performance.now();
    expect(check({ image, scale: `${'1'.repeat(500_000)}x` }).errors).toHaveLength(1);
    // Wording them all would take minutes.
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('leaves alone what it cannot be sure of', () => {
    const odd = { image, scale: '3px', sharpen: 1, images: image, crop: '{oops', seed: '' };
    expect(coerceInput(schema, schema, structuredClone(odd))).toEqual({ ...odd, seed: null });
  });
});

describe('a compiled schema', () => {
  const object = (properties: object) => ({ type: 'object', properties });

  it('allows two schemas with one $id', () => {
    const named = { $id: 'https://example.com/schema', type: 'object' };
    expect(validateAgainst({ ...named, required: ['a'] }, {})).toHaveLength(1);
    expect(validateAgainst({ ...named }, {})).toHaveLength(0);
  });

  it('holds every pattern of a schema, not only the first', () => {
    const two = object({ a: { type: 'string', pattern: '^a+$' }, b: { type: 'string', pattern: '^b+$' } });
    expect(validateAgainst(two, { a: 'aa', b: 'bb' })).toEqual([]);
    expect(validateAgainst(two, { a: 'aa', b: 'aa' })).toHaveLength(1);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'takes %s for the name of a field',
    (name) => {
      const named = { ...object({ [name]: { type: 'string', maxLength: 3 } }), required: [name] };
      expect(schemaProblems(named)).toEqual([]);
      expect(validateAgainst(named, {})).toEqual([{ path: name, message: 'is required' }]);
      expect(validateAgainst(named, { [name]: 'abc' })).toEqual([]);
      expect(validateAgainst({ ...named, required: [] }, {})).toEqual([]);
    },
  );

  it('refuses what refers to itself without end, and a field that no object can have', () => {
    const reference = { $ref: '#/$defs/Loop' };
    const loops = [
      reference,
      { allOf: [reference, reference, reference] },
      { anyOf: [{ type: 'null' }, reference] },
    ];
    for (const Loop of loops) {
      const looped = { type: 'object', properties: { a: reference }, $defs: { Loop } };
      expect(
        schemaProblems(looped)
          .map(({ message }) => message)
          .join(),
      ).toMatch(/itself/);
    }
    const tree = { type: 'object', properties: { in: { anyOf: [{ type: 'null' }, { $ref: '#' }] } } };
    expect(schemaProblems(tree)).toEqual([]);
    const strange = JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"}}}') as object;
    expect(schemaProblems(strange)[0]?.message).toMatch(/__proto__/);
  });

  it('matches a catastrophic pattern in linear time', () => {
    const evil = object({ a: { type: 'string', pattern: '^(a+)+$' } });
    // A backtracking engine would never come back from this.
    expect(validateAgainst(evil, { a: `${'a'.repeat(5_000)}!` })).toHaveLength(1);
  });
});

describe('the size of an input is bounded', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) });

  it.each<[string, unknown, RegExp | null]>([
    ['an ordinary one', { image, list: Array(1000).fill('x') }, null],
    ['too deep', deep(40), /levels deep/],
    ['too many values', { list: Array(30_000).fill(0) }, /more than 20000 values/],
    ['too long a text', { image: `data:image/png;base64,${'A'.repeat(1_000_001)}` }, /give a file as a URL/],
    ['too long a key', { ['k'.repeat(1_000_001)]: 1 }, /characters/],
  ])('%s', (_, input, problem) => {
    const found = outOfBounds(input);
    if (problem) expect(found?.message).toMatch(problem);
    else expect(found).toBeNull();
  });
});
