import { CatalogImporter, KnownEngines } from '#libs/catalog';
import { localModelCards } from '#libs/engines';
import { createBench, type InferenceBench, startApi } from '../../../test/support/inference-bench.js';
import { aModel } from '../../catalog/src/catalog.spec-support.js';

let bench: InferenceBench;
let api: Awaited<ReturnType<typeof startApi>>;
beforeAll(async () => {
  bench = await createBench();
  api = await startApi(bench);
}, 60_000);
afterAll(async () => {
  await api?.close();
  await bench?.drop();
});

const aliases = localModelCards.map(({ alias }) => alias).join(', ');

it.each<[object, string, string]>([
  [{ engine: 'replicate' }, 'engine', 'is no engine of this server; the engines are: local'],
  [{ engine: 'lcoal' }, 'engine', 'is no engine of this server; the engines are: local; did you mean local?'],
  [{ engineSettings: {} }, 'engineSettings.model', `is required: one of ${aliases}`],
  [{ engineSettings: undefined }, 'engineSettings.model', `is required: one of ${aliases}`],
  [
    { engineSettings: { model: 'upscael' } },
    'engineSettings.model',
    `must be one of: ${aliases}; did you mean upscale?`,
  ],
  [
    { engineSettings: { model: 'upscale', sacle: 4 } },
    'engineSettings.sacle',
    'is not a known field; the fields are model',
  ],
])('a model with %j is not imported by the api', async (other, path, message) => {
  const good = aModel('good');
  const bad = { ...good, alias: 'bad', ...other };
  await expect(
    api.get(CatalogImporter, { strict: false }).importModels(null, [good, bad]),
  ).rejects.toMatchObject({
    code: 'invalid_request',
    message: `Nothing was written: modelrunner/bad.${path} ${message}.`.replace('?.', '?'),
    details: {
      validationErrors: [{ index: 1, endpoint: 'modelrunner/bad', path: `modelrunner/bad.${path}`, message }],
    },
  });
});

it('a model that the engine can run is imported', async () => {
  const good = aModel('good');
  const report = await api.get(CatalogImporter, { strict: false }).importModels(null, [good]);
  expect(report.created).toBe(1);
});

it('a process that forgot to tell its engines saves nothing', () => {
  expect(() => new KnownEngines().problems({ engine: 'local' })).toThrow('No engines are registered');
});
