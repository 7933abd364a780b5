import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { inputFrom, MANNERS, type ViewShown } from '../../../../test/support/view-reader.js';
import { publicSchemas } from '../../test/public-schemas.js';
import type { EntryRow } from '../catalog.repository.js';
import { schemaProblems } from '../import/schema-check.js';
import { compileSchema } from '../schema/compiled-schema.js';
import { coerceInput } from '../schema/coerce-input.js';
import { toModelView, toWrapperView } from './catalog-views.js';
import { DETAILS } from './detail.js';
import { compactFields } from './compact-fields.js';
import { estimateTokens } from './token-estimate.js';

const row = (inputSchema: object, other: Partial<EntryRow> = {}) =>
  ({
    endpoint: 'acme/model',
    kind: 'model',
    name: 'The model',
    category: 'image',
    task: 'text-to-image',
    description: 'Makes pictures out of words, with adapters, control images and everything else. '.repeat(
      30,
    ),
    examples: [{ input: { prompt: 'a fox '.repeat(50) }, output: { images: ['https://example.com/a.png'] } }],
    inputSchema,
    models: [
      {
        outputSchema: {
          type: 'object',
          properties: {
            images: { type: 'array', items: { type: 'string', format: 'uri' }, description: 'The pictures.' },
            seed: { type: 'integer', description: 'The seed that was used.' },
          },
        },
        priceUnit: 'megapixel',
        priceAmount: '0.025000',
        typicalSeconds: 6,
        isDefault: true,
      },
    ],
    ...other,
  }) as unknown as EntryRow;

/** What an assistant gets, as it gets it. */
const shown = (schema: object) => JSON.parse(JSON.stringify(toModelView(row(schema)))) as ViewShown;
const tokens = (value: unknown) => encode(JSON.stringify(value)).length;

function problems(schema: object, view: ViewShown): string[] {
  const compiled = compileSchema(schema as never);
  return MANNERS.flatMap((manner) =>
    [0, 1, 2].flatMap((form) => {
      const input = coerceInput(schema as never, schema, inputFrom(view, manner, form));
      return compiled.validate(input).map(({ path, message }) => `${manner} ${form}: ${path} ${message}`);
    }),
  );
}

const names = Object.keys(publicSchemas);
const schemaOf = (name: string) => publicSchemas[name] as object;

describe('the schema of a public model', () => {
  it.each(names)('%s may be saved', (name) => expect(schemaProblems(schemaOf(name))).toEqual([]));

  it.each(names)('%s: who reads only the view builds valid inputs', (name) => {
    expect(problems(schemaOf(name), shown(schemaOf(name)))).toEqual([]);
  });

  it('costs little to read', () => {
    const costs = names.map((name) => {
      const view = shown(schemaOf(name));
      return { name, fields: view.inputs.length, raw: tokens(schemaOf(name)), view: tokens(view) };
    });
    console.info(costs.map((cost) => Object.entries(cost).flat().join(' ')).join('\n'));
    for (const { view } of costs) expect(view).toBeLessThanOrEqual(1200);
    expect(costs[0]!.fields).toBe(40);
  });

  it('is told not to be whole when it is not', () => {
    expect(toModelView(row(schemaOf('flux'))).note).toMatch(/get_model_raw_schema/);
    expect(toModelView(row(schemaOf('forms'))).note).toBeUndefined();
  });
});

describe('what the view says is needed', () => {
  const without = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => without(item, key));
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(([name]) => name !== key);
    return Object.fromEntries(kept.map(([name, inner]) => [name, without(inner, key)]));
  };
  it.each([
    ...['required', 'enum', 'format', 'pattern', 'keyPattern', 'fields', 'rules', 'items', 'multipleOf'],
    ...['minimum', 'maximum', 'exclusiveMinimum', 'minLength', 'minItems', 'maxItems'],
  ])('without %s some input would be refused', (key) => {
    const failing = names.flatMap((name) => {
      const view = without(shown(schemaOf(name)), key) as ViewShown;
      try {
        return problems(schemaOf(name), view);
      } catch (error) {
        return [String(error)];
      }
    });
    expect(failing.length).toBeGreaterThan(0);
  });
});

describe('any other schema', () => {
  const words = (count: number) => 'word '.repeat(count);
  const field = (index: number) => ({
    type: 'string',
    enum: Array.from({ length: 500 }, (_, value) => `choice number ${index}-${value}`),
    description: words(60),
    default: `choice number ${index}-0`,
  });
  const many = (count: number, required: string[] = []) => ({
    type: 'object',
    properties: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`some_field_${index}`, field(index)]),
    ),
    required,
  });
  const tree = {
    type: 'object',
    properties: {
      ...many(40).properties,
      again: { $ref: '#' },
      list: { type: 'array', items: { $ref: '#' } },
    },
  };
  const unions = {
    type: 'object',
    properties: {
      it: { anyOf: Array.from({ length: 60 }, (_, index) => ({ ...many(3), title: `form ${index}` })) },
    },
  };
  const unicode = {
    type: 'object',
    properties: Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `поле_${index}`,
        { type: 'string', description: '説明の文章です。🦊'.repeat(20) },
      ]),
    ),
  };
  it.each<[string, object]>([
    ['500 values in each of 40 fields', many(40, ['some_field_3'])],
    ['300 fields', many(300, ['some_field_299'])],
    ['a tree', tree],
    ['a union of 60 objects', unions],
    ['scripts that cost many tokens', unicode],
  ])('%s: small, and soon', (_, schema) => {
    const began = performance.now();
    const view = toModelView(row(schema));
    expect(performance.now() - began).toBeLessThan(1500);
    expect(tokens(view)).toBeLessThanOrEqual(1200);
    expect(problems(schema, JSON.parse(JSON.stringify(view)) as ViewShown)).toEqual([]);
  });

  it('names the inputs for which there is no room', () => {
    const view = toModelView(row(many(300, ['some_field_299'])));
    expect(view.inputs[0]).toMatchObject({ name: 'some_field_299', required: true });
    expect(view.note).toMatch(/more optional inputs: some_field_\d+, .* …$/);
  });

  it('shows a wrapper small too, whatever its template', () => {
    const wrapper = { promptTemplate: '{{prompt}} '.repeat(4000), templateContext: {} };
    expect(tokens(toWrapperView(row(schemaOf('flux'), wrapper)))).toBeLessThanOrEqual(1200);
  });
});

it('estimates tokens not far from what they are', () => {
  const texts = names.flatMap((name) => [
    JSON.stringify(schemaOf(name)),
    ...DETAILS.map((detail) => JSON.stringify(compactFields(schemaOf(name) as never, detail))),
  ]);
  const ratios = texts.map((text) => estimateTokens(text) / encode(text).length);
  console.info(
    `estimated tokens: ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)} of the real`,
  );
  expect(Math.min(...ratios)).toBeGreaterThan(0.97);
  expect(Math.max(...ratios)).toBeLessThan(1.3);
});
