import type { Actor } from '#libs/accounts';
import { AppError } from '#libs/errors';
import { aModel, aWrapper, startCatalog } from './catalog.spec-support.js';

let at: Awaited<ReturnType<typeof startCatalog>>;
let ada: Actor;
const photo = 'https://example.com/photo.jpg';

beforeAll(async () => {
  at = await startCatalog();
  ada = await at.newActor('ada@example.com');
  await at.importer.importModels(null, [
    aModel('one'),
    aModel('two', { price: { unit: 'second', amountUsd: '0.01' } }),
  ]);
  const [base] = aWrapper('any').baseModels;
  await at.importer.importWrappers(null, [
    aWrapper('single'),
    aWrapper('double', {
      baseModels: [
        base!,
        {
          model: 'modelrunner/two',
          fieldMappings: {
            staticValues: { scale: 3 },
            renames: { photo: 'image' },
            omit: ['subject', 'look'],
          },
        },
      ],
    }),
    aWrapper('looping', {
      inputSchema: {
        type: 'object',
        properties: { photo: {}, list: { type: 'array' } },
        required: ['photo'],
      },
      promptTemplate: '{{#each list}}{{#each ../list}}{{#each ../../list}}{{/each}}{{/each}}{{/each}}',
      baseModels: [
        { model: 'modelrunner/one', fieldMappings: { renames: { photo: 'image' }, omit: ['list'] } },
      ],
    }),
  ]);
});
afterAll(() => at.stop());

const resolve = (alias: string, input: unknown) => at.resolver.resolve(ada, `modelrunner/${alias}`, input);
const failure = async (alias: string, input: unknown): Promise<AppError> => {
  const error: unknown = await resolve(alias, input).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
};

it('resolves a model: coerced, with defaults, the caller’s object untouched', async () => {
  const given = { image: photo, prompt: 7 };
  const resolved = await resolve('one', given);
  expect(resolved).toMatchObject({
    endpoint: 'modelrunner/one',
    kind: 'model',
    modelEndpoint: 'modelrunner/one',
    modelVersion: 1,
    wrapperId: null,
    engine: 'local',
    engineSettings: { model: 'upscale' },
    price: { unit: 'request', amountUsd: '0.0040' },
    typicalSeconds: 1.5,
    input: { image: photo, prompt: '7', scale: 2 },
  });
  expect(resolved.modelInput).toEqual(resolved.input);
  expect(resolved.inputSchema).toEqual(aModel('one').inputSchema);
  expect(resolved.outputSchema).toEqual(aModel('one').outputSchema);
  expect(given).toEqual({ image: photo, prompt: 7 });
});

it('takes the input as JSON text too', async () => {
  expect((await resolve('one', JSON.stringify({ image: photo, scale: 3 }))).input).toEqual({
    image: photo,
    scale: 3,
  });
});

it('names every failing field, and the fields that there are', async () => {
  const error = await failure('one', { scale: 9, imge: photo });
  expect(error.code).toBe('invalid_input');
  expect(error.message).toBe('The input does not fit modelrunner/one.');
  expect(error.details.validationErrors).toEqual(
    expect.arrayContaining([
      { path: 'image', message: 'is required' },
      { path: 'scale', message: 'must be at most 4' },
      { path: 'imge', message: 'is not a known field; did you mean image?' },
    ]),
  );
  expect(error.details.nextStep).toBe(
    'The fields of modelrunner/one are: image (required), prompt, scale. Call get_model for their meaning.',
  );
});

it.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['an empty object', {}],
])('%s lacks the required field', async (_, input) => {
  expect((await failure('one', input)).details.validationErrors).toEqual([
    { path: 'image', message: 'is required' },
  ]);
});

it.each<[string, unknown]>([
  ['a list', [1]],
  ['a text', 'hello'],
  ['a number', 7],
  ['broken JSON', '{"image":'],
])('%s is no input', async (_, input) => {
  expect((await failure('one', input)).details.validationErrors).toEqual([
    { path: '', message: 'must be an object of fields' },
  ]);
});

it('refuses 10 MB before it looks closer', async () => {
  const error = await failure('one', { image: `data:image/png;base64,${'A'.repeat(10_000_000)}` });
  expect(error.details.validationErrors?.[0]?.message).toMatch(/give a file as a URL/);
});

it('does not know an endpoint that is not there', async () => {
  const error = await failure('oen', { image: photo });
  expect(error.code).toBe('endpoint_not_found');
});

it('uses the new schema at once after a change', async () => {
  await at.importer.importModels(null, [aModel('changing')]);
  await resolve('changing', { image: photo });
  const required = {
    type: 'object',
    properties: { other: { type: 'string' } },
    required: ['other'],
    additionalProperties: false,
  };
  await at.importer.importModels(null, [aModel('changing', { inputSchema: required })]);
  expect((await failure('changing', { image: photo })).details.validationErrors).toHaveLength(2);
  expect((await resolve('changing', { other: 'x' })).modelVersion).toBe(2);
});

describe('a wrapper', () => {
  it('renders its prompt and maps its fields', async () => {
    const resolved = await resolve('single', { photo, look: 'large' });
    expect(resolved).toMatchObject({
      endpoint: 'modelrunner/single',
      kind: 'wrapper',
      modelEndpoint: 'modelrunner/one',
      wrapperId: expect.any(String),
      input: { photo, look: 'large', subject: 'a cat' },
      modelInput: { image: photo, scale: 4, prompt: 'A picture of a cat, large, please' },
    });
    expect(resolved.inputSchema).toEqual(aModel('one').inputSchema);
  });

  it('does not escape what it renders', async () => {
    expect((await resolve('single', { photo, subject: `"R&D" <b>` })).modelInput.prompt).toBe(
      'A picture of "R&D" <b>, please',
    );
  });

  it('renders no template that stands in the input', async () => {
    expect((await resolve('single', { photo, subject: '{{constants}}' })).modelInput.prompt).toContain(
      '{{constants}}',
    );
  });

  it('runs on the base model that the input names', async () => {
    expect((await resolve('double', { photo })).modelEndpoint).toBe('modelrunner/one');
    const other = await resolve('double', { photo, base_model: 'modelrunner/two' });
    expect(other).toMatchObject({
      modelEndpoint: 'modelrunner/two',
      price: { unit: 'second', amountUsd: '0.0100' },
      modelInput: { image: photo, scale: 3, prompt: 'A picture of a cat, please' },
    });
    expect(other.input).not.toHaveProperty('base_model');
  });

  it('ignores base_model when it has one, refuses a foreign one else', async () => {
    expect((await resolve('single', { photo, base_model: 'modelrunner/two' })).modelEndpoint).toBe(
      'modelrunner/one',
    );
    expect(
      (await failure('double', { photo, base_model: 'modelrunner/changing' })).details.validationErrors,
    ).toEqual([{ path: 'base_model', message: 'must be one of: modelrunner/one, modelrunner/two' }]);
  });

  it('lets nobody set what is fixed, nor fields of the base model', async () => {
    const error = await failure('double', { photo, base_model: 'modelrunner/two', scale: 1, image: photo });
    expect(error.details.validationErrors?.map(({ path }) => path).sort()).toEqual(['image', 'scale']);
  });

  it('names the caller’s field in an error of the base model', async () => {
    const [base] = aWrapper('x').baseModels;
    await at.importer.importWrappers(null, [
      aWrapper('loose', {
        inputSchema: {
          type: 'object',
          properties: {
            photo: { type: 'string' },
            subject: { type: 'string' },
            look: { enum: ['small', 'large'], default: 'small' },
          },
        },
        baseModels: [base!],
      }),
    ]);
    const error = await failure('loose', { photo: 'no url', subject: 'x'.repeat(50) });
    expect(error.details.validationErrors).toEqual([
      { path: 'photo', message: expect.stringMatching(/^must be the URL of a file/) },
      {
        path: '',
        message: 'prompt of modelrunner/one, which is made from the input, must have at most 40 characters',
      },
    ]);
    expect(error.details.nextStep).toMatch(/photo, subject, look\. Call get_wrapper/);
  });

  it('ends a template that would run for ever', async () => {
    const error = await failure('looping', { photo, list: Array(5000).fill(1) });
    expect(error.details.validationErrors?.[0]?.message).toMatch(/too many steps|ms to render/);
  });
});
