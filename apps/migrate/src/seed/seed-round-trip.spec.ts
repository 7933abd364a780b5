import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { type Actor, User } from '#libs/accounts';
import { CatalogImporter, CatalogModule, CatalogService, EndpointResolver } from '#libs/catalog';
import { ConfigModule, loadConfig } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { localModelCards } from '#libs/engines';
import { QueueModule } from '#libs/queue';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { inputFrom, MANNERS, type ViewShown } from '../../../../test/support/view-reader.js';
import { SeedEnginesModule } from './seed-engines.module.js';
import { loadSeedContent, withUrls } from './seed-content.js';
import { seedWrappers } from './wrappers/index.js';

const actor: Actor = {
  userId: '00000000-0000-4000-8000-000000000000',
  email: '',
  role: 'user',
  clientId: null,
};

let database: TestDatabase;
let app: TestingModule;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(loadConfig({ DATABASE_URL: database.url })),
      DatabaseModule.forRoot(),
      QueueModule.forRoot(),
      TypeOrmModule.forFeature([User]),
      SeedEnginesModule,
      CatalogModule,
    ],
  }).compile();
  const { assets, cards, wrappers } = await loadSeedContent();
  const urls = new Map([...assets.keys()].map((name) => [name, `https://example.org/${name.slice(6)}`]));
  const models = cards.map(({ thumbnail: _thumbnail, ...card }) => ({
    ...withUrls(card, urls),
    engine: 'local',
    engineSettings: { model: card.alias },
  }));
  await app.get(CatalogImporter).importModels(null, models);
  await app.get(CatalogImporter).importWrappers(null, withUrls(wrappers, urls));
}, 30_000);
afterAll(async () => {
  await app?.close();
  await database?.drop();
});

/** The view of an endpoint as it goes over the wire: a caller has nothing else. */
async function viewOf(kind: 'model' | 'wrapper', endpoint: string): Promise<ViewShown> {
  const catalog = app.get(CatalogService);
  const view = await (kind === 'model'
    ? catalog.getModel(actor, endpoint)
    : catalog.getWrapper(actor, endpoint));
  return JSON.parse(JSON.stringify(view)) as ViewShown;
}

const endpoints = [
  ...localModelCards.map(({ alias }) => ['model', `modelrunner/${alias}`] as const),
  ...seedWrappers.map(({ alias }) => ['wrapper', `modelrunner/${alias}`] as const),
];

it.each(endpoints)('who reads only the view of %s %s makes inputs that it takes', async (kind, endpoint) => {
  const view = await viewOf(kind, endpoint);
  expect(encode(JSON.stringify(view)).length).toBeLessThanOrEqual(1200);
  for (const manner of MANNERS) {
    const input = inputFrom(view, manner);
    const resolved = await app.get(EndpointResolver).resolve(actor, endpoint, input);
    expect(resolved.endpoint).toBe(endpoint);
    if (manner !== 'minimal') {
      const names = view.inputs.map(({ name }) => name).filter((name) => name !== 'base_model');
      expect(Object.keys(resolved.input)).toEqual(expect.arrayContaining(names));
    }
  }
});

it('runs a wrapper on each base model that its view names', async () => {
  const view = await viewOf('wrapper', 'modelrunner/video-preview');
  const choices = view.inputs.find(({ name }) => name === 'base_model')?.enum ?? [];
  expect(choices).toHaveLength(2);
  for (const choice of choices) {
    const input = { ...inputFrom(view, 'highest'), base_model: choice };
    const resolved = await app.get(EndpointResolver).resolve(actor, 'modelrunner/video-preview', input);
    expect(resolved.modelEndpoint).toBe(choice);
  }
});

it.each(['required', 'enum', 'maximum', 'format', 'minItems'])(
  'is refused when the view lacks %s',
  async (keyword) => {
    const refused: string[] = [];
    for (const [kind, endpoint] of endpoints) {
      const view = await viewOf(kind, endpoint);
      for (const field of view.inputs) delete field[keyword];
      for (const manner of MANNERS) {
        await app
          .get(EndpointResolver)
          .resolve(actor, endpoint, inputFrom(view, manner))
          .catch((error: Error) => refused.push(error.message));
      }
    }
    expect(refused.length).toBeGreaterThan(0);
  },
);
