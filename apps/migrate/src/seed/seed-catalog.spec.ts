import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type Actor, User } from '#libs/accounts';
import { CatalogImporter, CatalogModule, CatalogService, EndpointResolver } from '#libs/catalog';
import { ConfigModule, loadConfig } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { QueueModule } from '#libs/queue';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import judgedQueries from './judged-queries.json' with { type: 'json' };
import { SeedEnginesModule } from './seed-engines.module.js';
import { loadSeedContent, withUrls } from './seed-content.js';
import { seedRecommendations } from './recommendations.js';
import { seedWrappers } from './wrappers/index.js';

const actor: Actor = {
  userId: '00000000-0000-4000-8000-000000000000',
  email: '',
  role: 'user',
  clientId: null,
};
const BY_RELEASE = { ip: null, origin: 'release' } as const;
const photo = 'https://example.com/photo.jpg';
const video = 'https://example.com/clip.mp4';

let database: TestDatabase;
let app: TestingModule;

const importEverything = async () => {
  const importer = app.get(CatalogImporter);
  const { assets, cards, wrappers } = await loadSeedContent();
  const urls = new Map([...assets.keys()].map((name) => [name, `https://example.org/${name.slice(6)}`]));
  const models = cards.map(({ thumbnail: _thumbnail, ...card }) => ({
    ...withUrls(card, urls),
    engine: 'local',
    engineSettings: { model: card.alias },
  }));
  const imported = [
    await importer.importModels(null, models, BY_RELEASE),
    await importer.importWrappers(null, withUrls(wrappers, urls), BY_RELEASE),
  ];
  for (const { kind, category, items } of seedRecommendations) {
    await importer.setRecommendations(null, kind, category, items);
  }
  return imported.map(({ created, updated, unchanged }) => ({ created, updated, unchanged }));
};

beforeAll(async () => {
  database = await createTestDatabase();
  const config = loadConfig({ DATABASE_URL: database.url });
  app = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(config),
      DatabaseModule.forRoot(),
      QueueModule.forRoot(),
      TypeOrmModule.forFeature([User]),
      SeedEnginesModule,
      CatalogModule,
    ],
  }).compile();
}, 30_000);
afterAll(async () => {
  await app.close();
  await database.drop();
});

it('imports the cards, the wrappers and the lists, and a second time changes nothing', async () => {
  const wrappers = seedWrappers.length;
  expect(await importEverything()).toEqual([
    { created: 10, updated: 0, unchanged: 0 },
    { created: wrappers, updated: 0, unchanged: 0 },
  ]);
  expect(await importEverything()).toEqual([
    { created: 0, updated: 0, unchanged: 10 },
    { created: 0, updated: 0, unchanged: wrappers },
  ]);
}, 30_000);

it('recommends something of each kind in each category', async () => {
  for (const kind of ['model', 'wrapper'] as const) {
    for (const category of ['image', 'video', 'utility'] as const) {
      const items = await app.get(CatalogService).recommended(actor, kind, category);
      expect(items.length).toBeGreaterThan(0);
      for (const item of items)
        expect(item).toMatchObject({ category, note: expect.stringMatching(/.{20}/) });
    }
  }
});

it.each<[string, object, string, object]>([
  [
    'spoken-announcement',
    { event: 'The concert begins.' },
    'text-to-speech',
    { text: 'Hello everyone! The concert begins. See you there!', voice: 'slt', speed: 1 },
  ],
  [
    'spoken-announcement',
    {
      event: 'The gate closes.',
      time: 'in ten minutes',
      place: 'gate five',
      tone: 'urgent',
      voice: 'male',
      repeat: 'true',
    },
    'text-to-speech',
    {
      text:
        'Attention! Attention please! The gate closes. When: in ten minutes. Where: gate five. ' +
        'I repeat. The gate closes. When: in ten minutes. Where: gate five. Please act now. Thank you.',
      voice: 'rms',
      speed: 1.1,
    },
  ],
  ['portrait-cutout', { photo }, 'remove-background', { image: photo, background: '#FFFFFF' }],
  [
    'portrait-cutout',
    { photo, backdrop: 'transparent' },
    'remove-background',
    { image: photo, background: 'transparent' },
  ],
  [
    'photo-story',
    { photos: [photo, photo], opening: `${photo}?1`, pace: 'quick', screen: 'phone' },
    'slideshow',
    {
      images: [`${photo}?1`, photo, photo],
      background: 'blur',
      secondsPerImage: 1.2,
      fadeSeconds: 0.3,
      format: '9:16',
    },
  ],
  [
    'video-preview',
    { video },
    'video-to-gif',
    { video, durationSeconds: 3, fps: 10, width: 400, startSeconds: 0 },
  ],
  [
    'video-preview',
    { video, moment: 7, size: 'large', base_model: 'modelrunner/video-thumbnail' },
    'video-thumbnail',
    { video, second: 7, width: 640, format: 'jpeg' },
  ],
])('%s turns %j into the input of %s', async (alias, input, model, modelInput) => {
  const resolved = await app.get(EndpointResolver).resolve(actor, `modelrunner/${alias}`, input);
  expect(resolved.modelEndpoint).toBe(`modelrunner/${model}`);
  expect(resolved.modelInput).toEqual(modelInput);
});

it('takes the longest input of each wrapper', async () => {
  const resolver = app.get(EndpointResolver);
  const long = { event: 'a'.repeat(500), time: 'b'.repeat(100), place: 'c'.repeat(100), repeat: true };
  await resolver.resolve(actor, 'modelrunner/spoken-announcement', long);
  const story = { photos: Array<string>(18).fill(photo), opening: photo, ending: photo, pace: 'calm' };
  await resolver.resolve(actor, 'modelrunner/photo-story', story);
});

it.each([
  ['enlarge a picture', 'modelrunner/upscale'],
  ['remove background', 'modelrunner/remove-background'],
  ['read text from image', 'modelrunner/ocr'],
  ['extract text from a scan', 'modelrunner/ocr'],
  ['speak text', 'modelrunner/text-to-speech'],
  ['what language is this', 'modelrunner/detect-language'],
  ['find objects in a photo', 'modelrunner/detect-objects'],
  ['photos to film', 'modelrunner/photo-story'],
  ['animated gif from a video', 'modelrunner/video-to-gif'],
  ['ken burns', 'modelrunner/animate-image'],
  ['slidshow', 'modelrunner/slideshow'],
  ['thumbnial', 'modelrunner/video-thumbnail'],
])('an assistant that searches %p finds %s among the first three', async (query, endpoint) => {
  const { results } = await app.get(CatalogService).search(actor, { query, limit: 3 });
  expect(results.map((result) => result.endpoint)).toContain(endpoint);
});

interface JudgedQuery {
  query: string;
  category?: string;
  endpoints: string[];
}

it('finds its entries for what people ask: mean reciprocal rank of at least 0.85', async () => {
  const catalog = app.get(CatalogService);
  const lines: string[] = [];
  let sum = 0;
  for (const { query, category, endpoints } of judgedQueries as JudgedQuery[]) {
    const { results } = await catalog.search(actor, { query, category, limit: 10 });
    const place = results.findIndex(({ endpoint }) => endpoints.includes(endpoint)) + 1;
    sum += place === 0 ? 0 : 1 / place;
    if (place !== 1) lines.push(`${place} ${query} → ${results[0]?.endpoint ?? 'nothing'}`);
  }
  const mean = sum / judgedQueries.length;
  process.stdout.write(
    `Judged queries, seeded catalogue: ${judgedQueries.length}, mean reciprocal rank ${mean.toFixed(3)}\n${lines.join('\n')}\n`,
  );
  expect(mean).toBeGreaterThanOrEqual(0.85);
});
