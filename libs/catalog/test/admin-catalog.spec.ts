import { request as httpRequest } from 'node:http';
import { AuditRecord } from '#libs/audit';
import { CatalogHttpModule, CatalogImporter, EndpointResolver } from '../src/index.js';
import { CatalogChanges } from '../src/changes/catalog-changes.service.js';
import { aModel, AnyEngineModule, aWrapper } from '../src/catalog.spec-support.js';
import { type OAuthApp, START_LIMIT_MS, startOAuthApp } from '../../oauth/test/oauth-app.js';
import { AdminBench, details } from '../../../test/support/admin-bench.js';
import type { JsonAnswer } from '../../../test/support/oauth-client.js';

let server: OAuthApp;
let at: AdminBench;
beforeAll(async () => {
  server = await startOAuthApp({}, [{ module: CatalogHttpModule }, { module: AnyEngineModule }]);
  at = await AdminBench.start(server);
}, START_LIMIT_MS);
afterAll(() => server?.close());
beforeEach(() => server.dataSource.query('TRUNCATE catalog_entries, catalog_words CASCADE'));

/** `path: message` of every problem. */
const problems = (answer: JsonAnswer): string[] =>
  ((details(answer)?.validationErrors ?? []) as { path: string; message: string }[]).map(
    ({ path, message }) => `${path}: ${message}`,
  );
const create = async (noun: 'models' | 'wrappers', body: object) => {
  const answer = await at.call('POST', `/admin/${noun}`, { body });
  expect([answer.status, problems(answer)]).toEqual([201, []]);
  return answer.body as { id: string; version: number; endpoint: string };
};
const model = (alias: string, other = {}) => create('models', aModel(alias, other));
const tag = ({ headers }: JsonAnswer) => headers.get('etag');
const audited = async () =>
  (await server.dataSource.getRepository(AuditRecord).find({ order: { id: 'DESC' } })).filter(({ type }) =>
    /^(model|wrapper)\./.test(type),
  );

describe('a definition', () => {
  it('that was read can be put back as it is, and makes no new version', async () => {
    await model('one');
    const order = { zeta: {}, a: {}, 'much longer': { type: 'string' } };
    const one = await model('two', {
      owner: 'acme',
      inputSchema: { type: 'object', properties: order },
      price: { unit: 'output', amountUsd: '1.5' },
      engineSettings: { b: 1, a: [null, 1.5] },
    });
    const wrapper = await create('wrappers', aWrapper('w'));
    for (const path of [`/admin/models/${one.id}`, `/admin/wrappers/${wrapper.id}`]) {
      const read = await at.call('GET', path);
      expect(tag(read)).toBe(`"${read.body.id as string}.1"`);
      const put = await at.call('PUT', path, { body: read.body, headers: { 'if-match': tag(read)! } });
      expect([put.status, put.body]).toEqual([200, read.body]);
      const patched = await at.call('PATCH', path, { body: read.body });
      expect(patched.body).toEqual(read.body);
    }
    const { body } = await at.call('GET', `/admin/models/${one.id}`);
    expect(body).toMatchObject({ endpoint: 'acme/two', version: 1, ownerId: at.boss.id });
    expect(body.price).toEqual({ unit: 'output', amountUsd: '1.5000' });
    expect(Object.keys((body.inputSchema as { properties: object }).properties)).toEqual(Object.keys(order));
  });

  it('with its fields in another order is another version, since people see the order', async () => {
    const { id } = await model('one', { inputSchema: { type: 'object', properties: { a: {}, b: {} } } });
    const body = { inputSchema: { type: 'object', properties: { b: {}, a: {} } } };
    expect((await at.call('PATCH', `/admin/models/${id}`, { body })).body.version).toBe(2);
  });

  it('is patched field by field; null takes an optional one away', async () => {
    const { id } = await model('one', { thumbnailUrl: '/t.png', engineSettings: { keep: 1 } });
    const patch = { summary: 'New.', thumbnailUrl: null, typicalSeconds: null, status: 'draft' };
    const { body } = await at.call('PATCH', `/admin/models/${id}`, { body: patch });
    expect(body).toMatchObject({ ...patch, version: 2, engineSettings: { keep: 1 } });
  });

  it('names an engine of this server; what became impossible can be read and withdrawn, and not changed for the like', async () => {
    const refused = async (method: 'POST' | 'PUT' | 'PATCH', path: string, body: object) => {
      const answer = await at.call(method, path, { body });
      expect([answer.status, problems(answer)]).toEqual([
        400,
        ['engine: is no engine of this server; the engines are: local'],
      ]);
    };
    await refused('POST', '/admin/models', aModel('x', { engine: 'replicate' }));
    const path = `/admin/models/${(await model('one')).id}`;
    await refused('PUT', path, aModel('one', { engine: 'replicate' }));
    await refused('PATCH', path, { engine: 'replicate' });
    await server.dataSource.query(`UPDATE models SET engine = 'gone'`);
    expect((await at.call('GET', path)).body.engine).toBe('gone');
    expect((await at.call('PATCH', path, { body: { status: 'draft' } })).status).toBe(200);
    await refused('PATCH', path, { engine: 'replicate' });
    expect((await at.call('PATCH', path, { body: { engine: 'local' } })).status).toBe(200);
  });

  it('is refused at an endpoint that is taken, by a model or a wrapper', async () => {
    await model('one');
    await create('wrappers', aWrapper('w'));
    for (const alias of ['one', 'w']) {
      const answer = await at.call('POST', '/admin/models', { body: aModel(alias) });
      expect([answer.status, details(answer).code]).toEqual([409, 'conflict']);
    }
  });

  it('of a wrapper is checked against its base models', async () => {
    await model('one');
    const { id } = await create('wrappers', aWrapper('w'));
    const body = { baseModels: [{ model: 'modelrunner/one', fieldMappings: {} }] };
    const answer = await at.call('PATCH', `/admin/wrappers/${id}`, { body });
    expect(answer.status).toBe(400);
    expect(problems(answer).join()).toMatch(
      /baseModels\.0\.fieldMappings: modelrunner\/one has no field photo/,
    );
  });
});

describe('If-Match', () => {
  it.each(['PUT', 'PATCH', 'DELETE'])('of another version stops a %s', async (method) => {
    const { id } = await model('one');
    const path = `/admin/models/${id}`;
    const old = tag(await at.call('GET', path))!;
    await at.call('PATCH', path, { body: { summary: 'Somebody else was first.' } });
    const body = method === 'DELETE' ? undefined : aModel('one', { summary: 'Mine.' });
    const stopped = await at.call(method, path, { body, headers: { 'if-match': old } });
    expect([stopped.status, details(stopped).code]).toEqual([412, 'precondition_failed']);
    const standing = await at.call('GET', path);
    expect(standing.body.summary).toBe('Somebody else was first.');
    const headers = { 'if-match': `"another", W/${tag(standing)}` };
    expect((await at.call(method, path, { body, headers })).status).toBe(method === 'DELETE' ? 204 : 200);
  });

  it('lets one of two writers at once through', async () => {
    const { id } = await model('one');
    const path = `/admin/models/${id}`;
    const headers = { 'if-match': tag(await at.call('GET', path))! };
    const writers = ['a', 'b', 'c'].map((summary) => at.call('PATCH', path, { body: { summary }, headers }));
    const statuses = (await Promise.all(writers)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 412, 412]);
  });
});

describe('a model', () => {
  it('stays while wrappers run on it, which are named', async () => {
    const { id } = await model('one');
    const wrapper = await create('wrappers', aWrapper('w'));
    const answer = await at.call('DELETE', `/admin/models/${id}`);
    expect([answer.status, answer.body.error]).toEqual([
      409,
      'modelrunner/one is used by the wrapper modelrunner/w.',
    ]);
    expect((await at.call('DELETE', `/admin/wrappers/${wrapper.id}`)).status).toBe(204);
    expect((await at.call('DELETE', `/admin/models/${id}`)).status).toBe(204);
    expect((await at.call('GET', `/admin/models/${id}`)).status).toBe(404);
  });

  describe('whose change a wrapper would not survive', () => {
    const { image, prompt } = (aModel('one').inputSchema as { properties: Record<string, object> })
      .properties;
    const without = {
      inputSchema: { type: 'object', properties: { image, prompt }, required: ['image'] },
    };
    const broken = 'modelrunner/w.baseModels.0.fieldMappings: modelrunner/one has no field scale';

    it.each(['PUT', 'PATCH', 'import'])('stays, by %s, and the wrapper is named', async (how) => {
      const { id } = await model('one');
      await create('wrappers', aWrapper('w'));
      const send = (query = '') =>
        how === 'import'
          ? at.call('POST', `/admin/models/import${query}`, { body: [aModel('one', without)] })
          : at.call(how, `/admin/models/${id}${query}`, {
              body: how === 'PUT' ? aModel('one', without) : without,
            });
      const refused = await send();
      expect([refused.status, details(refused).code]).toEqual([409, 'conflict']);
      expect(refused.body.error).toBe('modelrunner/w would not fit modelrunner/one any more.');
      expect(problems(refused).join()).toContain(broken);
      expect((await at.call('GET', `/admin/models/${id}`)).body.version).toBe(1);

      expect((await send('?force=true')).status).toBe(200);
      expect((await at.call('GET', `/admin/models/${id}`)).body.version).toBe(2);
      expect((await audited())[0]?.details).toMatchObject({ version: 2, brokenWrappers: 'modelrunner/w' });
      // What is broken already is no reason to refuse the next change.
      const next = { inputSchema: { ...without.inputSchema, title: 'Another.' } };
      expect((await at.call('PATCH', `/admin/models/${id}`, { body: next })).status).toBe(200);
    });

    it('stays when a release would make it, if people made the wrapper; its own wrappers come along', async () => {
      const importer = server.app.get(CatalogImporter, { strict: false });
      const byRelease = { ip: null, origin: 'release' } as const;
      const change = (alias: string) => importer.importModels(null, [aModel(alias, without)], byRelease);
      await importer.importModels(null, [aModel('one'), aModel('two')], byRelease);
      await create('wrappers', aWrapper('w'));
      const [base] = aWrapper('any').baseModels;
      const ofRelease = aWrapper('r', { baseModels: [{ ...base, model: 'modelrunner/two' }] });
      await importer.importWrappers(null, [ofRelease], byRelease);
      expect(await change('one')).toMatchObject({ updated: 0, kept: 1 });
      expect(await change('two')).toMatchObject({ updated: 1, kept: 0 });
    });

    it('takes place where the wrapper fits it, too, and where only the base model is hidden', async () => {
      const { id } = await model('one');
      await create('wrappers', aWrapper('w'));
      const schema = aModel('one').inputSchema as { properties: object };
      const wider = { ...schema, properties: { ...schema.properties, more: { type: 'string' } } };
      const body = { inputSchema: wider, visibility: 'private', status: 'draft' };
      expect((await at.call('PATCH', `/admin/models/${id}`, { body })).status).toBe(200);
      const resolver = server.app.get(EndpointResolver, { strict: false });
      const actor = { userId: at.boss.id, email: '', role: 'user', clientId: null } as const;
      const input = { photo: 'https://example.org/a.png' };
      expect(await resolver.resolve(actor, 'modelrunner/w', input)).toMatchObject({ modelId: id });
    });
  });

  it('is no wrapper', async () => {
    const { id } = await model('one');
    expect((await at.call('GET', `/admin/wrappers/${id}`)).status).toBe(404);
    expect((await at.call('DELETE', `/admin/wrappers/${id}`)).status).toBe(404);
  });
});

it('lists find entries by each filter, in pages', async () => {
  await model('one', { category: 'video' });
  await model('two', { owner: 'acme', name: '100%_sure' });
  await model('three', { status: 'draft', visibility: 'private' });
  const found = async (query: string) => {
    const { body } = await at.call('GET', `/admin/models?${query}`);
    return [(body.items as { endpoint: string }[]).map(({ endpoint }) => endpoint), body.total];
  };
  expect(await found('')).toEqual([['acme/two', 'modelrunner/one', 'modelrunner/three'], 3]);
  expect(await found('limit=1&page=2')).toEqual([['modelrunner/one'], 3]);
  expect(await found('category=video')).toEqual([['modelrunner/one'], 1]);
  expect(await found('status=draft')).toEqual([['modelrunner/three'], 1]);
  expect(await found('visibility=private')).toEqual([['modelrunner/three'], 1]);
  expect(await found('owner=acme')).toEqual([['acme/two'], 1]);
  expect(await found(`search=${encodeURIComponent('%_S')}`)).toEqual([['acme/two'], 1]);
  expect(await found('search=acme/t')).toEqual([['acme/two'], 1]);
});

it('each version is kept whole, with who made it', async () => {
  const { id } = await model('one');
  await at.call('PATCH', `/admin/models/${id}`, { key: at.keys.curators[0], body: { summary: 'Second.' } });
  const { body } = await at.call('GET', `/admin/models/${id}/versions`);
  expect(body).toMatchObject({ total: 2, page: 1 });
  expect(body.items).toMatchObject([
    { version: 2, origin: 'operator', changedByEmail: 'curator@example.org' },
    { version: 1, origin: 'operator', changedBy: at.boss.id },
  ]);
  const version = async (number: string) => at.call('GET', `/admin/models/${id}/versions/${number}`);
  expect((await version('1')).body.definition).toMatchObject({ summary: 'Summary of one.', engine: 'local' });
  expect((await version('2')).body.definition).toMatchObject({ summary: 'Second.' });
  for (const none of ['3', '0', '-1', 'x', '99999999999']) expect((await version(none)).status).toBe(404);
  const { definition } = (await version('1')).body;
  const back = await at.call('PUT', `/admin/models/${id}`, { body: definition });
  expect(back.body).toMatchObject({ version: 3, summary: 'Summary of one.' });
});

it('each change is told to every process and stands in the audit trail', async () => {
  let told = 0;
  const end = server.app.get(CatalogChanges, { strict: false }).subscribe(() => (told += 1));
  const { id } = await model('one');
  await at.call('PATCH', `/admin/models/${id}`, {
    body: { summary: 'S.', price: { unit: 'second', amountUsd: '1' } },
  });
  await at.call('PATCH', `/admin/models/${id}`, { body: { summary: 'S.' } });
  await at.call('DELETE', `/admin/models/${id}`);
  const events = (await audited()).slice(0, 3);
  expect(events.map(({ type, details: told }) => [type, told])).toEqual([
    ['model.deleted', { id, endpoint: 'modelrunner/one', version: 2 }],
    ['model.updated', { id, endpoint: 'modelrunner/one', version: 2, fields: 'summary, price' }],
    ['model.created', { id, endpoint: 'modelrunner/one', version: 1 }],
  ]);
  for (const event of events) expect(event).toMatchObject({ actorId: at.boss.id, ip: '127.0.0.1' });
  expect(told).toBeGreaterThanOrEqual(3);
  end();
});

describe('an import', () => {
  const send = (body: unknown, headers = {}) => at.call('POST', '/admin/models/import', { body, headers });

  it('takes an object, an array or lines, and does nothing twice', async () => {
    const models = [aModel('one'), aModel('two')];
    const rows = (outcome: string) =>
      models.map(({ alias }) => ({ endpoint: `modelrunner/${alias}`, outcome, version: 1 }));
    const first = await send({ models });
    expect(first.body).toEqual({ created: 2, updated: 0, unchanged: 0, kept: 0, rows: rows('created') });
    expect((await send(models)).body.rows).toEqual(rows('unchanged'));
    const lines = models.map((each) => JSON.stringify(each)).join('\n');
    const headers = { 'content-type': 'application/x-ndjson' };
    expect((await send(lines, headers)).body.rows).toEqual(rows('unchanged'));
  });

  it('with bad rows writes nothing and names each of them', async () => {
    const models = Array.from({ length: 300 }, (_, index) => aModel(`m${index}`));
    const bad = [...models, aModel('m7'), { ...aModel('x'), name: '' }, null, aModel('y', { engine: '' })];
    const answer = await send({ models: bad });
    expect(answer.status).toBe(400);
    expect(details(answer)).toMatchObject({ totalProblems: 4 });
    const named = details(answer).validationErrors as Record<string, unknown>[];
    expect(named.map(({ index, endpoint, path }) => [index, endpoint, path])).toEqual([
      [300, 'modelrunner/m7', 'modelrunner/m7'],
      [301, 'modelrunner/x', 'modelrunner/x.name'],
      [302, null, '#302'],
      [303, 'modelrunner/y', 'modelrunner/y.engine'],
    ]);
    expect((await at.call('GET', '/admin/models')).body.total).toBe(0);
  });

  it('lists the first thousand problems, and how many there are', async () => {
    const answer = await send(Array(1_200).fill(1));
    expect(details(answer).validationErrors).toHaveLength(1_000);
    expect(details(answer).totalProblems).toBe(1_200);
  });

  it('has at most 10,000 rows, of JSON', async () => {
    const many = await send(`[${Array(10_001).fill('0').join()}]`);
    expect([many.status, many.body.error]).toEqual([400, 'An import has at most 10000 rows.']);
    const page = await send('<html>', { 'content-type': 'text/html' });
    expect([page.status, page.body.error]).toMatchObject([400, expect.stringContaining('application/json')]);
  });

  it('of wrappers looks at their base models, all of them', async () => {
    await model('one');
    const wrappers = [
      aWrapper('a'),
      aWrapper('b', { baseModels: [{ model: 'modelrunner/nope' }] }),
      aWrapper('c'),
    ];
    const answer = await at.call('POST', '/admin/wrappers/import', { body: { wrappers } });
    expect(problems(answer)).toEqual([
      'modelrunner/b.baseModels.0.model: is no model of this catalogue: modelrunner/nope',
    ]);
    expect((await at.call('GET', '/admin/wrappers')).body.total).toBe(0);
    const good = wrappers.filter(({ alias }) => alias !== 'b');
    expect((await at.call('POST', '/admin/wrappers/import', { body: good })).body.created).toBe(2);
  });

  it('of a stranger is refused before its body is read', async () => {
    const status = await new Promise<number>((resolve, reject) => {
      const sent = httpRequest(`${server.base}/admin/models/import`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': 100_000_000,
          authorization: 'Key no',
        },
      });
      sent.on('response', (response) => resolve(response.statusCode ?? 0)).on('error', reject);
      // The body never comes.
      sent.flushHeaders();
      setTimeout(() => sent.destroy(new Error('no answer')), 5_000).unref();
    });
    expect(status).toBe(401);
  });

  it('is the only route that takes a stream', async () => {
    const headers = { 'content-type': 'application/x-modelrunner-import' };
    const answer = await at.call('POST', '/admin/models', { body: '{}', headers });
    expect([answer.status, details(answer).code]).toEqual([400, 'invalid_request']);
  });
});
