import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { type Actor, User } from '#libs/accounts';
import { CatalogImporter, CatalogModule, EndpointResolver } from '#libs/catalog';
import { ConfigModule, loadConfig } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { localModelCards } from '#libs/engines';
import { QueueModule } from '#libs/queue';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { SeedEnginesModule } from './seed-engines.module.js';

const actor: Actor = {
  userId: '00000000-0000-4000-8000-000000000000',
  email: '',
  role: 'user',
  clientId: null,
};

const readPage = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../../../docs', `${name}.md`), 'utf8');
const firstDefinition = (page: string) => JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? '') as never;
const models = readPage('writing-a-model');
const wrappers = readPage('writing-a-wrapper');

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
  const released = localModelCards.map(({ thumbnail: _thumbnail, ...card }) => {
    return { ...card, examples: [], engine: 'local', engineSettings: { model: card.alias } };
  });
  await app.get(CatalogImporter).importModels(null, released);
}, 30_000);
afterAll(async () => {
  await app?.close();
  await database?.drop();
});

const image = 'https://example.com/a.jpg';
const resolve = (endpoint: string, input: Record<string, unknown>) =>
  app.get(EndpointResolver).resolve(actor, endpoint, input);

it('the model of docs/writing-a-model.md is taken by a fresh server, and called', async () => {
  await app.get(CatalogImporter).importModels(null, [firstDefinition(models)]);
  expect(await resolve('acme/enlarge', { image })).toMatchObject({
    engine: 'local',
    engineSettings: { model: 'upscale' },
    modelInput: { image, format: 'jpeg' },
  });
});

it('the wrapper of docs/writing-a-wrapper.md is taken by a fresh server, and called', async () => {
  await app.get(CatalogImporter).importWrappers(null, [firstDefinition(wrappers)]);
  expect(await resolve('acme/print', { photo: image })).toMatchObject({
    modelEndpoint: 'modelrunner/upscale',
    modelInput: { image, format: 'png' },
  });
  expect(await resolve('acme/print', { photo: image, use: 'e-mail' })).toMatchObject({
    modelInput: { image, format: 'jpeg' },
  });
});

it.each(localModelCards)('docs/writing-a-model.md has the fields of $alias', ({ alias, inputSchema }) => {
  const { properties = {}, required = [] } = inputSchema;
  const others = Object.keys(properties).filter((name) => !required.includes(name));
  const names = (fields: readonly string[]) => fields.map((field) => `\`${field}\``).join(', ');
  expect(models).toContain(`| \`${alias}\` | ${names(required)} | ${names(others)} |\n`);
});

const good = firstDefinition(models) as Record<string, unknown>;
it.each<[object, string]>([
  [{ engine: 'replicate' }, 'engine is no engine of this server; the engines are: local'],
  [{ engineSettings: {} }, 'engineSettings.model is required: one of upscale, …'],
  [
    { engineSettings: { model: 'upscael' } },
    'engineSettings.model must be one of: upscale, …; did you mean upscale?',
  ],
  [
    { engineSettings: { model: 'upscale', scale: 2 } },
    'engineSettings.scale is not a known field; the fields are model',
  ],
  [{ inputSchema: { type: 'string' } }, 'inputSchema.type must be "object": an input or output is an object'],
  [{ examples: [{ input: {}, output: { image } }] }, 'examples.0.input.image is required'],
])('a model with %j is refused as the page says: %s', async (change, sentence) => {
  const refused = app.get(CatalogImporter).importModels(null, [{ ...good, ...change } as never]);
  const error = (await refused.catch((thrown: unknown) => thrown)) as Error;
  const pattern = sentence.replace(/[.?*+()[\]]/g, '\\$&').replace(', …', ', [a-z, -]+');
  expect(error.message).toMatch(new RegExp(pattern));
  expect(models).toContain(`\`${sentence}\``);
});
