import type { Actor } from '#libs/accounts';
import { AppError } from '#libs/errors';
import { aModel, aWrapper, startCatalog } from './catalog.spec-support.js';

let at: Awaited<ReturnType<typeof startCatalog>>;
let ada: Actor;
let ben: Actor;

beforeAll(async () => {
  at = await startCatalog();
  ada = await at.newActor('ada@example.com');
  ben = await at.newActor('ben@example.com');
  await at.importer.importModels(null, [
    aModel('one', {
      name: 'One',
      examples: [
        { input: { image: 'https://example.com/a.png' }, output: { image: 'https://example.com/b.png' } },
      ],
    }),
    aModel('upscale', {
      name: 'Upscale ×2',
      task: 'image-super-resolution',
      summary: 'Doubles the width and height of a picture.',
      description: 'Makes a photo bigger and sharper.',
      thumbnailUrl: 'https://example.com/t.jpg',
    }),
    aModel('remove-background', {
      name: 'Remove background',
      task: 'background-removal',
      summary: 'Cuts people out of a photo.',
      description: 'Transparent PNG.',
    }),
    aModel('text-to-speech', {
      name: 'Text to speech',
      category: 'utility',
      task: 'text-to-speech',
      summary: 'Speaks an English text.',
      description: 'Voices.',
    }),
    aModel('video-to-gif', {
      name: 'Video to GIF',
      category: 'video',
      task: 'video-to-image',
      summary: 'Turns a clip into an animated GIF.',
      description: 'Loops.',
    }),
  ]);
  await at.importer.importModels(ada, [
    aModel('secret', { name: 'Secret upscale', visibility: 'private' }),
    aModel('hidden', { name: 'Hidden upscale', visibility: 'unlisted' }),
    aModel('unfinished', { name: 'Unfinished upscale', status: 'draft' }),
  ]);
  await at.importer.importWrappers(null, [
    aWrapper('poster', {
      name: 'Poster maker',
      summary: 'A poster from a photo.',
      baseModels: [
        ...aWrapper('poster').baseModels,
        { ...aWrapper('poster').baseModels[0]!, model: 'modelrunner/upscale' },
      ],
      defaultBaseModel: 'modelrunner/upscale',
    }),
    aWrapper('postcard', { name: 'Postcard', category: 'video' }),
  ]);
  await at.importer.setRecommendations(null, 'model', 'image', [
    { endpoint: 'modelrunner/remove-background', note: 'For people.' },
    { endpoint: 'modelrunner/one' },
  ]);
});
afterAll(() => at.stop());

const failure = async (work: Promise<unknown>): Promise<AppError> => {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  return error as AppError;
};

describe('lists', () => {
  it('show public, published entries of their kind, with the shape of a summary', async () => {
    const models = await at.catalog.listModels(ada, { page: 1, limit: 20 });
    expect(models).toMatchObject({ page: 1, limit: 20, total: 5, hasMore: false });
    expect(models.items.map(({ endpoint }) => endpoint)).toEqual(
      ['one', 'upscale', 'remove-background', 'text-to-speech', 'video-to-gif'].map(
        (alias) => `modelrunner/${alias}`,
      ),
    );
    expect(models.items[1]).toEqual({
      endpoint: 'modelrunner/upscale',
      name: 'Upscale ×2',
      category: 'image',
      task: 'image-super-resolution',
      summary: 'Doubles the width and height of a picture.',
      price: { unit: 'request', amountUsd: '0.0040' },
      thumbnailUrl: 'https://example.com/t.jpg',
    });
    expect(models.items[0]).not.toHaveProperty('thumbnailUrl');
    const wrappers = await at.catalog.listWrappers(ben, { page: 1, limit: 20 });
    expect(wrappers.items.map(({ endpoint }) => endpoint)).toEqual([
      'modelrunner/poster',
      'modelrunner/postcard',
    ]);
  });

  it('come in pages, also past the end', async () => {
    const page = async (number: number) => at.catalog.listModels(ada, { page: number, limit: 2 });
    const pages = [await page(1), await page(2), await page(3), await page(9)];
    expect(pages.map(({ items, total, hasMore }) => [items.length, total, hasMore])).toEqual([
      [2, 5, true],
      [2, 5, true],
      [1, 5, false],
      [0, 5, false],
    ]);
    expect(new Set(pages.flatMap(({ items }) => items.map(({ endpoint }) => endpoint))).size).toBe(5);
  });

  it.each([
    ['video', ['video-to-gif']],
    [' Video ', ['video-to-gif']],
    ['', ['one', 'upscale', 'remove-background', 'text-to-speech', 'video-to-gif']],
    ['\0video', ['video-to-gif']],
    ['text-to-speech', ['text-to-speech']],
    ['nothing', []],
  ])('are filtered by category or task: %s', async (category, expected) => {
    const { items, total } = await at.catalog.listModels(ada, { category, page: 1, limit: 20 });
    expect(items.map(({ endpoint }) => endpoint)).toEqual(expected.map((alias) => `modelrunner/${alias}`));
    expect(total).toBe(expected.length);
  });

  it('are searched within their kind and category', async () => {
    const found = await at.catalog.listModels(ada, { search: 'people bigger', page: 1, limit: 20 });
    expect(found.items.map(({ endpoint }) => endpoint)).toEqual([
      'modelrunner/upscale',
      'modelrunner/remove-background',
    ]);
    const wrappers = await at.catalog.listWrappers(ada, {
      search: 'poster',
      category: 'video',
      page: 1,
      limit: 20,
    });
    expect(wrappers.items).toEqual([]);
  });
});

describe('search', () => {
  const search = async (query: string, category?: string) => {
    const { results, total } = await at.catalog.search(ben, { query, category, limit: 10 });
    expect(total).toBeGreaterThanOrEqual(results.length);
    return results.map(({ endpoint }) => endpoint.slice('modelrunner/'.length));
  };

  it.each([
    ['an endpoint', 'modelrunner/upscale', 'upscale'],
    ['an alias', 'text-to-speech', 'text-to-speech'],
    ['an alias in capitals', 'UPSCALE', 'upscale'],
    ['words of the name', 'remove background', 'remove-background'],
    ['words of the summary', 'animated clip', 'video-to-gif'],
    ['words of the description', 'make my photo bigger', 'upscale'],
    ['another form of the word', 'upscaling', 'upscale'],
    ['a swap of letters', 'uspcale', 'upscale'],
    ['a letter too few', 'backgrond', 'remove-background'],
    ['two typing errors', 'remvoe backgruond', 'remove-background'],
    ['a typing error beside a right word', 'txet speech', 'text-to-speech'],
    ['a wrong ending', 'posster', 'poster'],
    ['a wrapper', 'postcard', 'postcard'],
    ['quotes and operators', `"remove" & !background | (:*) <-> 'x'`, 'remove-background'],
    ['an emoji beside a word', '🎬 gif 👍', 'video-to-gif'],
    ['SQL', `upscale'; DROP TABLE catalog_entries; --`, 'upscale'],
    ['backslashes and percent signs', '%upscale\\_', 'upscale'],
    ['500 characters', `speech ${'x'.repeat(493)}`, 'text-to-speech'],
    ['far more', `speech ${'many words '.repeat(2000)}`, 'text-to-speech'],
  ])('finds by %s', async (_, query, expected) => {
    expect((await search(query))[0]).toBe(expected);
  });

  it.each(['مرحبا بالعالم', '画像を大きくする', 'qqqqzzzz', '7'])(
    'finds nothing for %p, without an error',
    async (query) => {
      expect(await search(query)).toEqual([]);
    },
  );

  it.each(['', ' ', 'a', 'the of and', '🎬', '"', '\\', '%', '\0', '\ud83d', '()&|!:*'])(
    'answers %p, which has no word, with all there is, curated ones first',
    async (query) => {
      const found = await search(query);
      expect(found).toHaveLength(7);
      expect(found.slice(0, 2)).toEqual(['one', 'remove-background']);
    },
  );

  it('gives models and wrappers together, with their kind, and never what is not public', async () => {
    const { results } = await at.catalog.search(ada, { query: 'photo poster upscale', limit: 50 });
    expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['model', 'wrapper']));
    expect(results.map(({ endpoint }) => endpoint).join()).not.toMatch(/secret|hidden|unfinished/);
    expect(results[0]).toMatchObject({
      summary: expect.any(String),
      price: { unit: 'request', amountUsd: '0.0040' },
    });
  });

  it('keeps to a category and a limit, with the exact total', async () => {
    expect(await search('description', 'video')).toEqual(['postcard']);
    const { results, total } = await at.catalog.search(ada, { query: 'loops transparent', limit: 1 });
    expect([results.length, total]).toEqual([1, 2]);
  });
});

describe('recommended', () => {
  it('keeps the order and the notes of the curator', async () => {
    const items = await at.catalog.recommended(ada, 'model', 'image');
    expect(items.map(({ endpoint, note }) => [endpoint, note])).toEqual([
      ['modelrunner/remove-background', 'For people.'],
      ['modelrunner/one', ''],
    ]);
    expect(await at.catalog.recommended(ada, 'wrapper', 'image')).toEqual([]);
  });

  it('refuses an unknown category', async () => {
    const error = await failure(at.catalog.recommended(ada, 'model', 'audio' as never));
    expect(error.details.validationErrors).toEqual([
      { path: 'category', message: 'must be one of: image, video, utility' },
    ]);
  });
});

describe('one entry', () => {
  it('get_model is compact and complete', async () => {
    expect(await at.catalog.getModel(ben, ' ModelRunner/One ')).toEqual({
      endpoint: 'modelrunner/one',
      name: 'One',
      category: 'image',
      task: 'image-to-image',
      description: 'Description of one.',
      inputs: [
        {
          name: 'image',
          type: 'string',
          required: true,
          format: 'uri',
          description: 'Picture. File URL (image/*).',
        },
        { name: 'prompt', type: 'string', required: false, maxLength: 40, description: '' },
        {
          name: 'scale',
          type: 'integer',
          required: false,
          default: 2,
          minimum: 1,
          maximum: 4,
          description: '',
        },
      ],
      output: { image: { type: 'string', format: 'uri', description: 'Picture. File URL (image/*).' } },
      pricing: { unit: 'request', amountUsd: '0.0040', text: '$0.0040 per request' },
      examples: [
        { input: { image: 'https://example.com/a.png' }, output: { image: 'https://example.com/b.png' } },
      ],
      typicalSeconds: 1.5,
    });
  });

  it('get_wrapper adds what it is made of, and the choice of base models', async () => {
    const view = await at.catalog.getWrapper(ben, 'modelrunner/poster');
    expect(view.baseModels).toEqual([
      { endpoint: 'modelrunner/one', isDefault: false },
      { endpoint: 'modelrunner/upscale', isDefault: true },
    ]);
    expect(view.promptTemplate).toContain('{{subject}}');
    expect(view.inputs.at(-1)).toMatchObject({
      name: 'base_model',
      default: 'modelrunner/upscale',
      enum: ['modelrunner/one', 'modelrunner/upscale'],
    });
    expect(view.output).toHaveProperty('image');
    expect((await at.catalog.getWrapper(ben, 'modelrunner/postcard')).inputs.map(({ name }) => name)).toEqual(
      ['photo', 'subject', 'look'],
    );
  });

  it('get_model_raw_schema gives the schemas of either, nothing cut', async () => {
    const model = aModel('one');
    expect(await at.catalog.getRawSchema(ben, 'modelrunner/one')).toEqual({
      endpoint: 'modelrunner/one',
      inputSchema: model.inputSchema,
      outputSchema: model.outputSchema,
    });
    const wrapper = await at.catalog.getRawSchema(ben, 'modelrunner/poster');
    expect(Object.keys(wrapper.inputSchema.properties as object)).toEqual(['photo', 'subject', 'look']);
    expect(wrapper.outputSchema).toEqual(model.outputSchema);
  });

  it('sends a caller who mistook a kind to the right tool', async () => {
    expect((await failure(at.catalog.getModel(ada, 'modelrunner/poster'))).details.nextStep).toBe(
      'Call get_wrapper with it.',
    );
    expect((await failure(at.catalog.getWrapper(ada, 'modelrunner/one'))).details.nextStep).toBe(
      'Call get_model with it.',
    );
  });

  it.each<[string, string]>([
    ['modelrunner/upscaler', 'modelrunner/upscale'],
    ['upscale', 'modelrunner/upscale'],
    ['acme/uspcale', 'modelrunner/upscale'],
    ['modelrunner/text2speech', 'modelrunner/text-to-speech'],
  ])('%s is not found, and %s is named as the nearest', async (endpoint, nearest) => {
    const error = await failure(at.catalog.getModel(ada, endpoint));
    expect(error.code).toBe('endpoint_not_found');
    expect(error.details.nextStep).toContain(nearest);
  });

  it('shows others neither what is private nor what is a draft, nor that it is there', async () => {
    for (const alias of ['secret', 'unfinished']) {
      expect((await at.catalog.getModel(ada, `modelrunner/${alias}`)).endpoint).toBe(`modelrunner/${alias}`);
      const error = await failure(at.catalog.getModel(ben, `modelrunner/${alias}`));
      expect(error.code).toBe('endpoint_not_found');
      expect(error.details.nextStep).not.toContain(alias);
    }
    expect((await at.catalog.getModel(ben, 'modelrunner/hidden')).endpoint).toBe('modelrunner/hidden');
  });
});
