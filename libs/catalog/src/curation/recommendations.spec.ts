import { type Actor, UsersService } from '#libs/accounts';
import { type OAuthApp, START_LIMIT_MS, startOAuthApp } from '../../../oauth/test/oauth-app.js';
import { AdminBench, CURATOR, details, keyOf } from '../../../../test/support/admin-bench.js';
import type { JsonAnswer } from '../../../../test/support/oauth-client.js';
import { CatalogHttpModule } from '../catalog-http.module.js';
import { CatalogImporter } from '../catalog-importer.service.js';
import { aModel, AnyEngineModule, aWrapper } from '../catalog.spec-support.js';
import { CatalogService } from '../catalog.service.js';
import { CatalogChanges } from '../changes/catalog-changes.service.js';

const IMAGES = '/admin/recommendations/models/image';
const [ONE, TWO, THREE] = ['modelrunner/one', 'modelrunner/two', 'modelrunner/three'];
const [FILM, GONE] = ['modelrunner/film', 'modelrunner/gone'];

let server: OAuthApp;
let bench: AdminBench;
let curatorKey: string;
let curatorId: string;

beforeAll(async () => {
  server = await startOAuthApp({}, [{ module: CatalogHttpModule }, { module: AnyEngineModule }]);
  bench = await AdminBench.start(server);
  const { app } = server;
  const importer = app.get(CatalogImporter);
  await importer.importModels(null, [
    ...['one', 'two', 'three', 'gone'].map((alias) => aModel(alias)),
    aModel('draft', { status: 'draft' }),
    aModel('unlisted', { visibility: 'unlisted' }),
    aModel('film', { category: 'video', task: 'image-to-video' }),
  ]);
  await importer.importWrappers(null, [aWrapper('wrapped')]);
  const curator = (await app.get(UsersService).findByEmail(CURATOR.email))!;
  curatorId = curator.id;
  curatorKey = await keyOf(bench.server, curator, 'curator');
}, START_LIMIT_MS);
afterAll(() => server?.close());

const items = (...endpoints: string[]) => endpoints.map((endpoint) => ({ endpoint }));
const read = (path = IMAGES) => bench.call('GET', path, { key: curatorKey });
const put = (wanted: unknown, ifMatch?: string, path = IMAGES, key = curatorKey): Promise<JsonAnswer> =>
  bench.call('PUT', path, { key, body: { items: wanted }, headers: ifMatch ? { 'if-match': ifMatch } : {} });
const tag = async (path = IMAGES) => (await read(path)).headers.get('etag') ?? '';
const endpoints = ({ body }: JsonAnswer) =>
  (body.items as { endpoint: string }[]).map(({ endpoint }) => endpoint);
const problems = (answer: JsonAnswer) => {
  const errors = details(answer).validationErrors as { path: string; message: string }[];
  return errors.map(({ path, message }) => `${path}: ${message}`);
};
const trail = async () =>
  (await bench.admin('GET', '/admin/audit?type=recommendations.changed')).body.items as {
    actorId: string;
    details: Record<string, unknown>;
  }[];

describe('a curated list', () => {
  it('has an entity tag before anybody touched it, and is in the overview', async () => {
    const path = '/admin/recommendations/wrappers/utility';
    const list = await read(path);
    expect(list.body).toMatchObject({ kind: 'wrappers', category: 'utility', changedAt: null, items: [] });
    expect(list.headers.get('etag')).toMatch(/^"0-[\da-f]+"$/);
    const overview = (await read('/admin/recommendations')).body.items as Record<string, unknown>[];
    expect(overview.map(({ kind, category }) => `${String(kind)}/${String(category)}`)).toEqual(
      ['models', 'wrappers'].flatMap((kind) =>
        ['image', 'video', 'utility'].map((name) => `${kind}/${name}`),
      ),
    );
    expect(overview.at(-1)).toEqual({
      kind: 'wrappers',
      category: 'utility',
      etag: list.headers.get('etag'),
      changedAt: null,
      changedBy: null,
      count: 0,
    });
  });

  it('is replaced whole, in order and with notes, as assistants then get it', async () => {
    const before = await tag();
    const saved = await put([{ endpoint: TWO, note: 'First.' }, { endpoint: ONE }], before);
    expect([saved.status, endpoints(saved)]).toEqual([200, [TWO, ONE]]);
    expect(saved.headers.get('etag')).not.toBe(before);
    const list = await read();
    expect(list.body).toEqual(saved.body);
    expect(list.body).toMatchObject({ etag: list.headers.get('etag'), changedBy: CURATOR.email });
    const actor = {} as Actor;
    const shown = await bench.server.app.get(CatalogService).recommended(actor, 'model', 'image');
    expect(shown.map((item) => ({ ...item, listed: true, priceText: '$0.0040 per request' }))).toEqual(
      list.body.items,
    );
    expect(shown[0]).toMatchObject({ endpoint: TWO, note: 'First.', price: { amountUsd: '0.0040' } });
  });

  it('leaves a record of each change, and none where nothing changed', async () => {
    const after = [{ endpoint: THREE }, { endpoint: ONE, note: 'New.' }, ...items(FILM, GONE)];
    await put(items(ONE, TWO, FILM, THREE), '*');
    const count = (await trail()).length;
    const saved = await put(after, '*');
    expect((await trail())[0]).toMatchObject({
      actorId: curatorId,
      details: {
        kind: 'models',
        category: 'image',
        added: [GONE],
        removed: [TWO],
        moved: [THREE],
        noted: [ONE],
      },
    });
    const again = await put(after, saved.headers.get('etag')!);
    expect([again.status, again.body]).toEqual([200, saved.body]);
    expect((await trail()).length).toBe(count + 1);
  });

  it('is announced when the change can be read', async () => {
    const { app } = bench.server;
    const heard = new Promise<string[]>((resolve) => {
      const end = app.get(CatalogChanges).subscribe(() => {
        end();
        void read().then((list) => resolve(endpoints(list)));
      });
    });
    await put(items(THREE), '*');
    expect(await heard).toEqual([THREE]);
  });

  it('refuses what cannot be recommended, every one by its index, and stays as it is', async () => {
    await put(items(ONE), '*');
    const wanted = [
      'x/nope',
      'modelrunner/draft',
      'modelrunner/unlisted',
      'modelrunner/wrapped',
      TWO,
      TWO,
      'a\0b',
    ];
    const answer = await put(items(...wanted), '*');
    expect(answer.status).toBe(400);
    expect(problems(answer)).toEqual([
      'items.0: there is no endpoint x/nope',
      'items.1: modelrunner/draft is not public and published',
      'items.2: modelrunner/unlisted is not public and published',
      'items.3: modelrunner/wrapped is a wrapper, not a model',
      'items.5: modelrunner/two is in the list twice',
      'items.6: there is no endpoint a\0b',
    ]);
    expect(endpoints(await read())).toEqual([ONE]);
  });

  it.each([
    [IMAGES, 'An administrator’s or a curator’s API key is needed: `Authorization: Key <key>`.'],
    ['/admin/users', 'An administrator’s API key is needed: `Authorization: Key <key>`.'],
  ])('says whose key opens %s', async (path, error) => {
    const answer = await fetch(server.base + path);
    expect([answer.status, await answer.json()]).toEqual([401, expect.objectContaining({ error })]);
  });

  it('takes 50 entries, and a note of 500 characters', async () => {
    const aliases = Array.from({ length: 50 }, (_, index) => `many-${index}`);
    await bench.server.app.get(CatalogImporter).importModels(
      null,
      aliases.map((alias) => aModel(alias)),
    );
    const wanted = aliases.map((alias) => ({ endpoint: `modelrunner/${alias}`, note: 'x'.repeat(500) }));
    expect((await put(wanted, '*', '/admin/recommendations/models/video')).status).toBe(200);
    expect((await read('/admin/recommendations/models/video')).body.items).toHaveLength(50);
  });
});

describe('If-Match', () => {
  const code = (answer: JsonAnswer) => [answer.status, details(answer)?.code];

  it('is required', async () => {
    expect(code(await put(items(ONE)))).toEqual([428, 'precondition_required']);
  });

  it('of what somebody else changed is refused with who, when and the tag that stands', async () => {
    const old = await tag();
    await put(items(ONE, THREE), old, IMAGES, bench.keys.admin);
    const answer = await put(items(TWO), old);
    expect(code(answer)).toEqual([412, 'precondition_failed']);
    const current = details(answer).current as Record<string, string>;
    expect(current).toEqual({
      etag: await tag(),
      changedAt: expect.any(String),
      changedBy: 'boss@example.org',
    });
    expect(answer.headers.get('etag')).toBe(current.etag);
    expect(answer.body.error).toBe(
      `boss@example.org changed this list at ${current.changedAt}, after you read it.`,
    );
    expect((await put(items(TWO), current.etag)).status).toBe(200);
  });

  it('is compared strongly, and may name several tags', async () => {
    const now = await tag();
    expect((await put(items(ONE), `W/${now}`)).status).toBe(412);
    expect((await put(items(ONE), `"other", ${now}`)).status).toBe(200);
    expect(problems(await put(items(TWO), now.replaceAll('"', '')))[0]).toContain('If-Match: must be');
  });

  it.each([1, 2, 3])('lets exactly one of many curators win (round %i)', async (round) => {
    const now = await tag();
    const wanted = [[ONE], [TWO], [THREE], [ONE, TWO], [TWO, ONE], [THREE, ONE, TWO]];
    const answers = await Promise.all(
      wanted.map((list) => put(items(...list, `modelrunner/many-${round}`), now)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
    const winner = answers.find(({ status }) => status === 200)!;
    expect((await read()).body).toEqual(winner.body);
  });

  it('fails when an entry left the catalogue, which nobody in particular did', async () => {
    await put(items(ONE, GONE), '*');
    const before = await tag();
    await server.dataSource.query(`UPDATE catalog_entries SET visibility = 'private' WHERE alias = 'gone'`);
    expect((await read()).body.items).toMatchObject([{ listed: true }, { listed: false }]);
    await server.dataSource.query(`DELETE FROM catalog_entries WHERE alias = 'gone'`);
    const answer = await put(items(TWO), before);
    expect(code(answer)).toEqual([412, 'precondition_failed']);
    expect(answer.body.error).toContain('deleted from the catalogue');
    expect(details(answer).current).toMatchObject({ changedBy: null, etag: await tag() });
  });
});

it('what could be added is found: by words over all categories, without any those of the category', async () => {
  const find = async (search: string, list = 'models/image') =>
    endpoints(await read(`/admin/recommendations/${list}/candidates?search=${encodeURIComponent(search)}`));
  expect((await find('film'))[0]).toBe(FILM);
  expect(await find('')).not.toContain(FILM);
  expect(await find('', 'models/video')).toEqual([FILM]);
  expect(await find('', 'wrappers/image')).toEqual(['modelrunner/wrapped']);
});
