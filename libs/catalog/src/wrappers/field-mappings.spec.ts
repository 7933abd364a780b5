import { AppError } from '#libs/errors';
import type { FieldMappings } from '../catalog.types.js';
import { chooseBaseModel } from './base-model-choice.js';
import { applyMappings, reachableFields, sourceOf } from './field-mappings.js';
import { mappingProblems } from './mapping-check.js';

describe('applyMappings', () => {
  const apply = (input: object, mappings: FieldMappings, promptField: string | null = null) =>
    applyMappings(input as Record<string, unknown>, mappings, promptField, 'the prompt');

  it.each<[string, object, FieldMappings, object]>([
    ['nothing to do', { a: 1 }, {}, { a: 1 }],
    [
      'gathers several, arrays flattened, absent left out',
      { first: 'x', more: ['y', 'z'] },
      { collectFields: { all: ['first', 'second', 'more'] } },
      { all: ['x', 'y', 'z'] },
    ],
    [
      'gathers into one of the sources',
      { image: 'x', images: ['y'] },
      { collectFields: { images: ['image', 'images'] } },
      { images: ['x', 'y'] },
    ],
    ['gathers nothing when there is nothing', { a: 1 }, { collectFields: { all: ['b'] } }, { a: 1 }],
    [
      'static values win over the caller',
      { scale: 8 },
      { staticValues: { scale: 2, mode: 'fast' } },
      { scale: 2, mode: 'fast' },
    ],
    [
      'a choice expands and goes away',
      { pace: 'fast', a: 1 },
      { presets: { pace: { fast: { seconds: 1, zoom: true }, slow: { seconds: 5 } } } },
      { a: 1, seconds: 1, zoom: true },
    ],
    [
      'a preset wins over the field it sets',
      { pace: 'fast', seconds: 9 },
      { presets: { pace: { fast: { seconds: 1 } } } },
      { seconds: 1 },
    ],
    ['no preset for the choice', { pace: 'constructor' }, { presets: { pace: { fast: {} } } }, {}],
    ['renames', { photo: 'x' }, { renames: { photo: 'image', absent: 'b' } }, { image: 'x' }],
    ['two fields change places', { a: 1, b: 2 }, { renames: { a: 'b', b: 'a' } }, { a: 2, b: 1 }],
    ['omits', { a: 1, b: 2 }, { omit: ['b', 'c'] }, { a: 1 }],
    ['a falsy choice', { loud: false }, { presets: { loud: { false: { volume: 0 } } } }, { volume: 0 }],
  ])('%s', (_, input, mappings, expected) => {
    expect(apply(input, mappings)).toEqual(expected);
  });

  it('runs the steps in their order, the prompt last', () => {
    const mappings: FieldMappings = {
      omit: ['dropped'],
      renames: { preset: 'renamed', gathered: 'list', fixed: 'dropped' },
      presets: { choice: { one: { preset: 'by the choice', text: 'lost to the prompt' } } },
      staticValues: { choice: 'one', fixed: 1 },
      collectFields: { gathered: ['a', 'b'] },
    };
    expect(apply({ a: 1, b: 2, choice: 'two' }, mappings, 'text')).toEqual({
      renamed: 'by the choice',
      list: [1, 2],
      text: 'the prompt',
    });
  });

  it('shares nothing with the mappings or the input', () => {
    const mappings: FieldMappings = { staticValues: { options: { list: [1] } } };
    const input = { nested: { list: [1] } };
    const first = apply(input, mappings) as { options: { list: number[] }; nested: { list: number[] } };
    first.options.list.push(2);
    first.nested.list.push(2);
    expect(apply(input, mappings)).toEqual({ options: { list: [1] }, nested: { list: [1] } });
  });

  it('takes __proto__ for the name of a field', () => {
    const result = apply(JSON.parse('{"a":{"polluted":1}}') as object, { renames: { a: '__proto__' } });
    expect(Object.keys(result)).toEqual(['__proto__']);
    expect((result as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('sourceOf', () => {
  const mappings: FieldMappings = {
    collectFields: { images: ['photos'], all: ['a', 'b'] },
    renames: { words: 'text', images: 'pictures' },
    staticValues: { scale: 2 },
    presets: { pace: { fast: { seconds: 1 } } },
  };
  it.each([
    ['text', 'words'],
    ['pictures', 'photos'],
    ['seconds', 'pace'],
    ['all', null],
    ['scale', null],
    ['kept', 'kept'],
    ['prompt', null],
  ])('%s came from %s', (field, source) => {
    expect(sourceOf(field, ['words', 'photos', 'a', 'b', 'pace', 'kept'], mappings)).toBe(source);
  });
});

it('reachableFields tells what the base model may be given', () => {
  const mappings: FieldMappings = {
    collectFields: { images: ['a', 'b'] },
    staticValues: { fixed: 1 },
    presets: { pace: { fast: { x: 1 }, slow: { y: 1 } } },
    renames: { x: 'z' },
    omit: ['gone'],
  };
  expect([...reachableFields(['a', 'b', 'pace', 'gone', 'kept'], mappings, 'prompt')].sort()).toEqual(
    ['fixed', 'images', 'kept', 'prompt', 'y', 'z'].sort(),
  );
});

describe('mappings are checked when the wrapper is saved', () => {
  const wrapper = {
    type: 'object',
    properties: { words: { type: 'string' }, pace: { enum: ['slow', 'fast'] }, place: { type: 'string' } },
    additionalProperties: false,
  };
  const base = {
    endpoint: 'modelrunner/speech',
    inputSchema: {
      type: 'object',
      properties: { text: {}, speed: {}, voice: {} },
      required: ['text'],
      additionalProperties: false,
    },
    promptField: 'text' as string | null,
  };
  const good: FieldMappings = {
    presets: { pace: { slow: { speed: 0.8 }, fast: { speed: 1.4 } } },
    omit: ['words', 'place'],
  };
  const problems = (mappings: unknown, promptField: string | null = 'text') =>
    mappingProblems(wrapper, mappings, { ...base, promptField }).map(
      ({ path, message }) => `${path}: ${message}`,
    );

  it('passes a good one', () => {
    expect(problems(good)).toEqual([]);
    expect(problems({ ...good, omit: ['place'], renames: { words: 'text' } }, null)).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ['no object', [], /^fieldMappings: must be an object/],
    ['an unknown step', { ...good, rename: {} }, /^fieldMappings.rename: is not a mapping/],
    [
      'a step of the wrong form',
      { ...good, renames: ['a'] },
      /^fieldMappings.renames: must be an object of field names/,
    ],
    ['omit of the wrong form', { ...good, omit: 'a' }, /^fieldMappings.omit: must be a list/],
    [
      'presets of the wrong form',
      { presets: { pace: { slow: 1 } } },
      /^fieldMappings.presets: must be an object/,
    ],
    [
      'a field the model does not know',
      { ...good, staticValues: { voise: 'slt' } },
      /has no field voise; did you mean voice\?/,
    ],
    [
      'a field that is left over',
      { ...good, omit: ['words'] },
      /has no field place; its fields are text, speed, voice/,
    ],
    ['a source that is not there', { ...good, renames: { nope: 'voice' } }, /renames: reads nope/],
    ['a source that is gone already', { ...good, renames: { pace: 'voice' } }, /renames: reads pace/],
    [
      'a choice without a preset',
      { presets: { pace: { slow: { speed: 1 } } }, omit: ['words', 'place'] },
      /no entry for the choice "fast"/,
    ],
    ['a preset without choices', { presets: { words: { a: {} } }, omit: ['pace', 'place'] }, /needs an enum/],
    [
      'a static value that is overwritten',
      { ...good, staticValues: { speed: 1 } },
      /staticValues.speed: is overwritten/,
    ],
    [
      'a static value under the prompt',
      { ...good, staticValues: { text: 'x' } },
      /staticValues.text: is overwritten/,
    ],
    [
      'a static value under a rename',
      { ...good, omit: ['place'], staticValues: { voice: 'x' }, renames: { words: 'voice' } },
      /staticValues.voice: is overwritten/,
    ],
  ])('%s', (_, mappings, expected) => {
    expect(problems(mappings).join('\n')).toMatch(expected);
  });

  it('wants the prompt field to be the model’s, and its required fields filled', () => {
    expect(problems(good, 'prompt')).toEqual([
      'promptField: modelrunner/speech has no field prompt; its fields are text, speed, voice',
      'fieldMappings: modelrunner/speech requires text, and nothing fills it',
    ]);
    expect(problems(good, null)).toEqual([
      'fieldMappings: modelrunner/speech requires text, and nothing fills it',
    ]);
  });
});

describe('values must fit the base model', () => {
  const base = {
    endpoint: 'acme/image',
    promptField: 'prompt' as string | null,
    inputSchema: {
      type: 'object',
      properties: {
        prompt: { type: 'string' },
        steps: { type: 'integer', minimum: 1, maximum: 50 },
        style: { $ref: '#/$defs/Style' },
        images: { type: 'array', items: { type: 'string', format: 'uri' } },
        size: { anyOf: [{ enum: ['auto'] }, { type: 'object', properties: { w: { type: 'integer' } } }] },
        raw: { type: 'boolean' },
      },
      additionalProperties: false,
      $defs: { Style: { enum: ['plain', 'vivid'] } },
    },
  };
  const problems = (properties: object, mappings: FieldMappings = {}, promptField = base.promptField) =>
    mappingProblems({ type: 'object', properties }, mappings, { ...base, promptField }).map(
      ({ path, message }) => `${path}: ${message}`,
    );

  it.each<[string, object, FieldMappings]>([
    ['the same types', { steps: { type: 'integer' }, raw: { type: 'boolean' } }, {}],
    ['a number for a whole number', { steps: { type: 'number', maximum: 20 } }, {}],
    ['a text that may be a number', { steps: { type: 'string' } }, {}],
    ['some of the choices', { style: { enum: ['vivid'], default: 'vivid' } }, {}],
    ['one form of a union', { size: { enum: ['auto'] } }, {}],
    ['fixed values', {}, { staticValues: { steps: 20, style: 'plain', size: { w: 3 } } }],
    ['no type at all', { steps: {} }, {}],
  ])('takes %s', (_, properties, mappings) => expect(problems(properties, mappings)).toEqual([]));

  it.each<[string, object, FieldMappings, RegExp]>([
    [
      'a fixed value out of bounds',
      {},
      { staticValues: { steps: 99 } },
      /staticValues.steps: steps of acme.image must be at most 50/,
    ],
    ['a fixed value behind $ref', {}, { staticValues: { style: 'loud' } }, /must be one of: plain, vivid/],
    [
      'a fixed value that is renamed',
      {},
      { staticValues: { look: 'loud' }, renames: { look: 'style' } },
      /staticValues.look: style of/,
    ],
    [
      'a preset',
      { pace: { enum: ['a'] } },
      { presets: { pace: { a: { steps: 0 } } } },
      /presets.pace.a.steps: .*at least 1/,
    ],
    [
      'a choice',
      { style: { enum: ['plain', 'loud'] } },
      {},
      /properties.style: offers "loud": style of acme.image must be one of/,
    ],
    [
      'a renamed choice',
      { look: { enum: ['loud'] } },
      { renames: { look: 'style' } },
      /properties.look: offers "loud"/,
    ],
    ['a default', { steps: { type: 'integer', default: 80 } }, {}, /default that does not fit.*at most 50/],
    [
      'a type',
      { raw: { type: 'array' } },
      {},
      /properties.raw: never fits raw of acme.image: it gives array/,
    ],
    ['a number where truth is wanted', { raw: { type: 'number' } }, {}, /never fits raw/],
    ['a range', { steps: { type: 'integer', minimum: 60 } }, {}, /never fits steps/],
    ['no form of a union', { size: { type: 'array' } }, {}, /never fits size/],
    [
      'what is no list',
      { a: {}, b: {} },
      { collectFields: { steps: ['a', 'b'] } },
      /collectFields.steps: steps of acme.image is no array/,
    ],
  ])('refuses %s', (_, properties, mappings, expected) => {
    expect(problems(properties, mappings).join('\n')).toMatch(expected);
  });

  it('wants a text where the prompt goes', () => {
    expect(problems({}, {}, 'steps')).toEqual(['promptField: steps of acme/image takes no text']);
  });
});

describe('base_model', () => {
  const options = [
    { endpoint: 'm/one', isDefault: false },
    { endpoint: 'm/two', isDefault: true },
  ];
  const choose = (wanted: unknown, from = options) => chooseBaseModel('m/wrapper', from, wanted).endpoint;

  it('overrides the default', () => {
    expect(choose(undefined)).toBe('m/two');
    expect(choose(null)).toBe('m/two');
    expect(choose(' M/One ')).toBe('m/one');
  });

  it('is ignored when there is one', () => {
    expect(choose('anything', [options[1]!])).toBe('m/two');
    expect(choose({}, [options[1]!])).toBe('m/two');
  });

  it.each(['m/three', 7, {}])('refuses %p with the list of those allowed', (wanted) => {
    expect.assertions(2);
    try {
      choose(wanted);
    } catch (error) {
      expect((error as AppError).code).toBe('invalid_input');
      expect((error as AppError).details.validationErrors).toEqual([
        { path: 'base_model', message: 'must be one of: m/one, m/two' },
      ]);
    }
  });
});
