import { AppError } from '#libs/errors';
import { aModel, aWrapper, startCatalog } from './catalog.spec-support.js';
import { CatalogEntry } from './entities/catalog-entry.entity.js';
import type { ModelDefinition, WrapperDefinition } from './import/definitions.js';

let at: Awaited<ReturnType<typeof startCatalog>>;
beforeAll(async () => {
  at = await startCatalog();
});
afterAll(() => at.stop());
beforeEach(() =>
  at.dataSource.query('TRUNCATE catalog_entries, catalog_words, recommendation_lists CASCADE'),
);

const problemsOf = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return ((error as AppError).details.validationErrors ?? [])
    .map(({ path, message }) => `${path}: ${message}`)
    .join('\n');
};
const entries = () => at.dataSource.getRepository(CatalogEntry).find({ order: { alias: 'ASC' } });

it('agrees with the migration about every table', async () => {
  const drift = await at.dataSource.driver.createSchemaBuilder().log();
  const own = /catalog_|"models"|"wrappers"|wrapper_base|recommendations/;
  expect(drift.upQueries.map(({ query }) => query).filter((query) => own.test(query))).toEqual([]);
});

describe('models', () => {
  it('are created, then left alone, then updated with a new version only where they differ', async () => {
    const first = await at.importer.importModels(null, [aModel('one'), aModel('two')]);
    expect(first).toMatchObject({ created: 2, updated: 0, unchanged: 0 });
    const again = await at.importer.importModels(null, [
      aModel('one'),
      aModel('two', { price: { unit: 'request', amountUsd: '0.00400' } }),
    ]);
    expect(again).toMatchObject({ created: 0, updated: 0, unchanged: 2 });
    const changed = await at.importer.importModels(null, [
      aModel('one', { engineSettings: { model: 'other' } }),
      aModel('two', { summary: 'New.' }),
      aModel('three'),
    ]);
    expect(changed.rows).toEqual([
      { endpoint: 'modelrunner/one', outcome: 'updated', version: 2 },
      { endpoint: 'modelrunner/two', outcome: 'updated', version: 2 },
      { endpoint: 'modelrunner/three', outcome: 'created', version: 1 },
    ]);
    expect((await entries()).map(({ alias, version }) => [alias, version])).toEqual([
      ['one', 2],
      ['three', 1],
      ['two', 2],
    ]);
  });

  it('belong to whoever imports them', async () => {
    const actor = await at.newActor('importer@example.com');
    await at.importer.importModels(actor, [aModel('mine')]);
    expect((await entries())[0]?.ownerId).toBe(actor.userId);
  });

  it('keep the order of their fields', async () => {
    const properties = { zeta: {}, a: {}, much_longer: {}, b: {} };
    await at.importer.importModels(null, [aModel('one', { inputSchema: { type: 'object', properties } })]);
    const [entry] = await entries();
    expect(Object.keys(entry?.inputSchema.properties as object)).toEqual(Object.keys(properties));
  });

  it.each<[string, Partial<ModelDefinition>, RegExp]>([
    ['a bad alias', { alias: 'Has Space' }, /Has Space\.alias: may have/],
    ['a bad owner', { owner: '../x' }, /owner: may have/],
    ['an empty name', { name: ' ' }, /name: must not be empty/],
    ['a long summary', { summary: 'x'.repeat(201) }, /summary: must have at most 200 characters/],
    ['NUL in a text', { description: 'a\0b' }, /description: has a NUL character/],
    [
      'an unknown category',
      { category: 'audio' as never },
      /category: must be one of: image, video, utility/,
    ],
    [
      'a bad input schema',
      { inputSchema: { type: 'object', properties: { a: { type: 'text' } } } },
      /inputSchema\.properties\.a\.type: .*must be one of: array, boolean/,
    ],
    [
      'an output schema for no object',
      { outputSchema: { type: 'string' } },
      /outputSchema\.type: must be "object"/,
    ],
    [
      'a float price',
      { price: { unit: 'request', amountUsd: '1e-3' } },
      /price.amountUsd: must be a decimal text/,
    ],
    ['a negative price', { price: { unit: 'request', amountUsd: '-1' } }, /price.amountUsd/],
    ['a strange unit', { price: { unit: 'token' as never, amountUsd: '1' } }, /price.unit: must be one of/],
    ['negative seconds', { typicalSeconds: -1 }, /typicalSeconds/],
    ['a thumbnail that is no URL', { thumbnailUrl: 'javascript:alert(1)' }, /thumbnailUrl: must be/],
    [
      'an example that does not fit',
      { examples: [{ input: { scale: 9 }, output: {} }] },
      /examples\.0\.input\.image: is required[\s\S]*examples\.0\.output\.image: is required/,
    ],
  ])('with %s are refused', async (_, other, problem) => {
    expect(await problemsOf(at.importer.importModels(null, [aModel('one', other)]))).toMatch(problem);
  });

  it('are written all or not at all, with every problem named', async () => {
    const bad = [aModel('one'), aModel('two', { name: '' }), aModel('three', { engine: '' }), aModel('one')];
    const problems = await problemsOf(at.importer.importModels(null, bad));
    expect(problems).toMatch(/modelrunner\/two\.name/);
    expect(problems).toMatch(/modelrunner\/three\.engine/);
    expect(problems).toMatch(/modelrunner\/one: is defined twice/);
    expect(await entries()).toHaveLength(0);
  });

  it('roll back when the database refuses one', async () => {
    await at.importer.importModels(null, [aModel('one')]);
    await at.importer.importWrappers(null, [aWrapper('taken')]);
    const problems = await problemsOf(at.importer.importModels(null, [aModel('new'), aModel('taken')]));
    expect(problems).toBe('modelrunner/taken: is already the endpoint of a wrapper');
    expect((await entries()).map(({ alias }) => alias)).toEqual(['one', 'taken']);
  });

  it('are one namespace in the database too', async () => {
    await at.importer.importModels(null, [aModel('one')]);
    const copy = at.dataSource.query(
      `INSERT INTO catalog_entries (kind, owner, alias, name, category, task, summary, description, input_schema, examples)
       SELECT 'wrapper', owner, alias, name, category, task, summary, description, input_schema, examples FROM catalog_entries`,
    );
    await expect(copy).rejects.toThrow(/uq_catalog_entries_endpoint/);
  });

  it('survive several imports at once', async () => {
    const definitions = Array.from({ length: 8 }, (_, index) => aModel(`m${index}`));
    const import3 = (models: ModelDefinition[]) =>
      Promise.all([models, models.toReversed(), models].map((each) => at.importer.importModels(null, each)));
    const sum = (reports: Awaited<ReturnType<typeof import3>>, key: 'created' | 'updated') =>
      reports.reduce((total, report) => total + report[key], 0);
    expect(sum(await import3(definitions), 'created')).toBe(8);
    expect(
      sum(await import3(definitions.map((model) => ({ ...model, summary: 'Changed.' }))), 'updated'),
    ).toBe(8);
  });
});

describe('wrappers', () => {
  beforeEach(() => at.importer.importModels(null, [aModel('one'), aModel('two')]));

  it('are idempotent and notice a change in their mappings', async () => {
    expect(await at.importer.importWrappers(null, [aWrapper('w')])).toMatchObject({ created: 1 });
    expect(await at.importer.importWrappers(null, [aWrapper('w')])).toMatchObject({ unchanged: 1 });
    const [base] = aWrapper('w').baseModels;
    const both = aWrapper('w', { baseModels: [base!, { ...base!, model: 'modelrunner/two' }] });
    expect(await at.importer.importWrappers(null, [both])).toMatchObject({ updated: 1 });
    expect(await at.importer.importWrappers(null, [both])).toMatchObject({ unchanged: 1 });
    expect(
      await at.importer.importWrappers(null, [{ ...both, defaultBaseModel: 'modelrunner/two' }]),
    ).toMatchObject({ updated: 1 });
  });

  const withProperties = (properties: object): Partial<WrapperDefinition> => ({
    inputSchema: { type: 'object', properties },
  });

  it.each<[string, Partial<WrapperDefinition>, RegExp]>([
    [
      'a partial in the template',
      { promptTemplate: 'a\n{{> x}}' },
      /promptTemplate: line 2, column 1: partials are not allowed/,
    ],
    [
      'an unknown helper',
      { promptTemplate: '{{shout subject}}' },
      /promptTemplate: line 1, column 1: "shout" is not a helper/,
    ],
    [
      'an unknown base model',
      { baseModels: [{ model: 'modelrunner/nope' }] },
      /baseModels\.0\.model: is no model of this catalogue: modelrunner\/nope/,
    ],
    ['no base model', { baseModels: [] }, /baseModels: must have at least 1 item/],
    [
      'a base model twice',
      { baseModels: [...aWrapper('w').baseModels, ...aWrapper('w').baseModels] },
      /names a model twice/,
    ],
    [
      'a default that is none of them',
      { defaultBaseModel: 'modelrunner/two' },
      /defaultBaseModel: must be one of: modelrunner\/one/,
    ],
    [
      'a field that the base model does not know',
      { baseModels: [{ model: 'modelrunner/one', fieldMappings: {} }] },
      /baseModels\.0\.fieldMappings: modelrunner\/one has no field photo/,
    ],
    [
      'a prompt field that it does not know',
      { baseModels: [{ ...aWrapper('w').baseModels[0]!, promptField: 'promt' }] },
      /baseModels\.0\.promptField: modelrunner\/one has no field promt; did you mean prompt\?/,
    ],
    [
      'a declared base_model',
      withProperties({ base_model: {} }),
      /properties\.base_model: is a reserved name/,
    ],
    ['a declared maps', withProperties({ maps: {} }), /properties\.maps: is a reserved name/],
    [
      'an open schema',
      { inputSchema: { type: 'object', additionalProperties: true } },
      /additionalProperties: must be false/,
    ],
    [
      'a strange context',
      { templateContext: { extra: {} } as never },
      /templateContext\.extra: is not a known field; the fields are maps, constants/,
    ],
  ])('with %s are refused', async (_, other, problem) => {
    expect(await problemsOf(at.importer.importWrappers(null, [aWrapper('w', other)]))).toMatch(problem);
    expect(await entries()).toHaveLength(2);
  });

  it('cannot be built on wrappers', async () => {
    await at.importer.importWrappers(null, [aWrapper('w')]);
    const nested = aWrapper('x', { baseModels: [{ model: 'modelrunner/w' }] });
    expect(await problemsOf(at.importer.importWrappers(null, [nested]))).toMatch(
      /is no model of this catalogue/,
    );
  });

  it('hold their base models in the database', async () => {
    await at.importer.importWrappers(null, [aWrapper('w')]);
    await expect(at.dataSource.query(`DELETE FROM catalog_entries WHERE alias = 'one'`)).rejects.toThrow(
      /violates/,
    );
  });
});

describe('curated lists', () => {
  const set = (items: { endpoint: string; note?: string }[], options = {}) =>
    at.importer.setRecommendations(null, 'model', 'image', items, options);
  const listed = async () =>
    (await at.catalog.recommended(await actor(), 'model', 'image')).map(({ endpoint }) => endpoint);
  const actor = async () => ({
    userId: '00000000-0000-4000-8000-000000000000',
    email: '',
    role: 'user' as const,
    clientId: null,
  });

  beforeEach(() =>
    at.importer.importModels(null, [aModel('one'), aModel('two'), aModel('draft', { status: 'draft' })]),
  );

  it('are replaced whole, in their order', async () => {
    await set([{ endpoint: 'modelrunner/two' }, { endpoint: 'modelrunner/one' }]);
    expect(await listed()).toEqual(['modelrunner/two', 'modelrunner/one']);
    await set([{ endpoint: 'modelrunner/one' }]);
    expect(await listed()).toEqual(['modelrunner/one']);
    await set([]);
    expect(await listed()).toEqual([]);
  });

  it('of a curator survive the seed', async () => {
    await set([{ endpoint: 'modelrunner/two' }], { onlyIfEmpty: true });
    await set([{ endpoint: 'modelrunner/one' }], { onlyIfEmpty: true });
    expect(await listed()).toEqual(['modelrunner/two']);
    await set([]);
    await set([{ endpoint: 'modelrunner/one' }], { onlyIfEmpty: true });
    expect(await listed()).toEqual([]);
  });

  it('refuse what cannot be recommended, by name, and stay as they are', async () => {
    await set([{ endpoint: 'modelrunner/one' }]);
    await at.importer.importWrappers(null, [aWrapper('w')]);
    const wanted = [
      'modelrunner/nope',
      'modelrunner/draft',
      'modelrunner/w',
      'modelrunner/two',
      'modelrunner/two',
      'x',
    ];
    expect(await problemsOf(set(wanted.map((endpoint) => ({ endpoint }))))).toBe(
      [
        'items.0: there is no endpoint modelrunner/nope',
        'items.1: modelrunner/draft is not public and published',
        'items.2: modelrunner/w is a wrapper, not a model',
        'items.4: modelrunner/two is in the list twice',
        'items.5: there is no endpoint x',
      ].join('\n'),
    );
    expect(await listed()).toEqual(['modelrunner/one']);
  });
});
