import { compactFields, compactOutput } from './compact-fields.js';
import { formatAmount, priceText } from './price.js';

const styles = Array.from({ length: 57 }, (_, index) => `style ${index}`);

const field = (property: object, $defs: object = {}) =>
  compactFields({ type: 'object', properties: { it: property }, $defs })[0];

describe('compactFields', () => {
  it('names the required fields first, else keeps the order of the schema', () => {
    const schema = { type: 'object', properties: { c: {}, a: {}, b: {} }, required: ['b', 'a'] };
    expect(compactFields(schema).map(({ name, required }) => [name, required])).toEqual([
      ['a', true],
      ['b', true],
      ['c', false],
    ]);
  });

  it.each<[string, object, object]>([
    [
      'a number',
      { type: 'integer', minimum: 1, maximum: 4, default: 2, description: 'Factor.' },
      { type: 'integer', minimum: 1, maximum: 4, default: 2, description: 'Factor.' },
    ],
    [
      'a falsy default',
      { type: 'boolean', default: false },
      { type: 'boolean', default: false, description: '' },
    ],
    ['a choice', { type: 'string', enum: ['a', 'b'] }, { type: 'string', enum: ['a', 'b'], description: '' }],
    ['a choice without type', { enum: ['a', 1] }, { type: 'string|number', enum: ['a', 1], description: '' }],
    [
      'a long choice',
      { type: 'string', enum: styles, description: 'Look.' },
      {
        type: 'string',
        enum: styles.slice(0, 20),
        description: 'Look. 20 of 57 values shown; get_model_raw_schema has all.',
      },
    ],
    [
      'a file',
      {
        type: 'string',
        format: 'uri',
        contentMediaType: 'image/*',
        'x-max-bytes': 20 * 1024 * 1024,
        description: 'Photo.',
      },
      { type: 'string', format: 'uri', description: 'Photo. File URL (image/*, at most 20 MiB).' },
    ],
    [
      'files',
      {
        type: 'array',
        items: { type: 'string', format: 'uri', contentMediaType: 'image/*' },
        minItems: 2,
        maxItems: 9,
        description: 'Photos.',
      },
      {
        type: 'array of string',
        format: 'uri',
        minItems: 2,
        maxItems: 9,
        description: 'Photos. File URL (image/*).',
      },
    ],
    [
      'choices in an array',
      { type: 'array', items: { enum: ['x', 'y'] } },
      { type: 'array of string', enum: ['x', 'y'], description: '' },
    ],
    [
      'an object',
      { type: 'object', properties: { w: { type: 'integer' } }, required: ['w'] },
      {
        type: 'object',
        description: '',
        fields: [{ name: 'w', type: 'integer', required: true, description: '' }],
      },
    ],
    [
      'objects',
      { type: 'array', items: { type: 'object', properties: { w: { type: 'integer' } } } },
      {
        type: 'array of object',
        description: '',
        fields: [{ name: 'w', type: 'integer', required: false, description: '' }],
      },
    ],
    [
      'a reference with words of its own',
      { $ref: '#/$defs/Size', description: 'Own.' },
      { type: 'string', enum: ['s', 'm'], description: 'Own.' },
    ],
    [
      'the usual shape of generated schemas',
      { allOf: [{ $ref: '#/$defs/Size' }], default: 's' },
      { type: 'string', enum: ['s', 'm'], default: 's', description: 'How large.' },
    ],
    [
      'a union',
      { anyOf: [{ type: 'integer', minimum: 1 }, { type: 'null' }], description: 'Seed.' },
      { type: 'integer|null', minimum: 1, description: 'Seed.' },
    ],
    [
      'a union of constants',
      { oneOf: [{ const: 'a' }, { const: 'b' }] },
      { type: 'string', enum: ['a', 'b'], description: '' },
    ],
    ['several types', { type: ['string', 'null'] }, { type: 'string|null', description: '' }],
    ['no type at all', {}, { type: 'any', description: '' }],
    [
      'a title for want of a description',
      { type: 'string', title: 'Text' },
      { type: 'string', description: 'Text' },
    ],
  ])('%s', (_, property, expected) => {
    const $defs = { Size: { type: 'string', enum: ['s', 'm'], description: 'How large.' } };
    expect(field(property, $defs)).toEqual({ name: 'it', required: false, ...expected });
  });

  it('cuts a very long description', () => {
    expect(field({ description: 'x'.repeat(5000) })?.description).toHaveLength(400);
  });

  it('ends on schemas that contain themselves', () => {
    const tree = {
      type: 'object',
      properties: { children: { type: 'array', items: { $ref: '#' } }, again: { $ref: '#' } },
    };
    expect(JSON.stringify(compactFields(tree)).length).toBeLessThan(5000);
    expect(field({ $ref: '#/$defs/Loop' }, { Loop: { $ref: '#/$defs/Loop' } })?.type).toBe('any');
    expect(field({ $ref: '#/$defs/Loop' }, { Loop: { allOf: [{ $ref: '#/$defs/Loop' }] } })?.type).toBe(
      'any',
    );
  });

  it('skips nothing when properties are spread over allOf', () => {
    const schema = {
      type: 'object',
      properties: { a: {} },
      allOf: [{ properties: { b: {} }, required: ['b'] }],
    };
    expect(compactFields(schema).map(({ name }) => name)).toEqual(['b', 'a']);
  });
});

it('compactOutput is a map by field', () => {
  const schema = {
    type: 'object',
    properties: {
      image: { type: 'string', format: 'uri', contentMediaType: 'image/png', description: 'Result.' },
    },
    required: ['image'],
  };
  expect(compactOutput(schema)).toEqual({
    image: { type: 'string', format: 'uri', description: 'Result. File URL (image/png).' },
  });
});

it.each([
  ['0.004000', '0.0040', '$0.0040 per request'],
  ['1.500000', '1.5000', '$1.5000 per request'],
  ['0.000125', '0.000125', '$0.000125 per request'],
  ['0.000000', '0.0000', 'free'],
])('the price %s reads %s, %s', (stored, amountUsd, text) => {
  expect(formatAmount(stored)).toBe(amountUsd);
  expect(priceText({ unit: 'request', amountUsd })).toBe(text);
});
