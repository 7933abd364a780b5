import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { eventually } from '../../../../test/support/standalone.js';
import { aModel, aWrapper, startReplicas, type CatalogProcess } from '../catalog.spec-support.js';
import { CatalogCache } from './catalog-cache.service.js';

jest.setTimeout(30_000);

let at: Awaited<ReturnType<typeof startReplicas>>;
let here: CatalogProcess;
let there: CatalogProcess;
let ada: Actor;
let ben: Actor;

beforeAll(async () => {
  at = await startReplicas(2);
  [here, there] = at.replicas as [CatalogProcess, CatalogProcess];
  ada = await at.newActor('ada@example.com');
  ben = await at.newActor('ben@example.com');
  await here.importer.importModels(null, [aModel('one'), aModel('two')]);
  await here.importer.importWrappers(null, [aWrapper('poster')]);
  await here.importer.setRecommendations(null, 'model', 'image', [{ endpoint: 'modelrunner/one' }]);
});
afterAll(() => at.stop());

/** Waits until all events so far have come in, those of this process's own changes too. */
async function settled(): Promise<void> {
  const heard = at.replicas.map(({ bus }) => new Promise((resolve) => bus.subscribe('settled', resolve)));
  await here.bus.publish('settled');
  await Promise.all(heard);
}

/** How many statements a process sends meanwhile: each takes a connection out of the pool. */
async function statements(dataSource: DataSource, work: () => Promise<unknown>): Promise<number> {
  const pool = (dataSource.driver as unknown as { master: Pool }).master;
  let count = 0;
  const note = () => (count += 1);
  pool.on('acquire', note);
  await work();
  pool.off('acquire', note);
  return count;
}

const photo = 'https://example.com/photo.jpg';
const everyRead = async ({ catalog, resolver }: CatalogProcess, actor: Actor) => {
  await catalog.recommended(actor, 'model', 'image');
  await catalog.recommended(actor, 'wrapper', 'image');
  await catalog.getModel(actor, 'modelrunner/one');
  await catalog.getWrapper(actor, 'modelrunner/poster');
  await catalog.getRawSchema(actor, ' ModelRunner/One ');
  await resolver.resolve(actor, 'modelrunner/one', { image: photo });
  await resolver.resolve(actor, 'modelrunner/poster', { photo });
};

it('answers without a statement when warm, whoever asks', async () => {
  expect(await statements(there.dataSource, () => everyRead(there, ada))).toBeGreaterThanOrEqual(4);
  // Events of the changes above may still come in.
  await eventually(
    async () => (await statements(there.dataSource, () => everyRead(there, ada))) === 0,
    2_000,
  );
  expect(await statements(there.dataSource, () => everyRead(there, ben))).toBe(0);
});

it('shows a change in this process at once, and in another by its event', async () => {
  await everyRead(there, ada);
  await everyRead(here, ada);
  const began = performance.now();
  await here.importer.importModels(null, [aModel('one', { name: 'Renamed' })]);
  expect((await here.catalog.getModel(ada, 'modelrunner/one')).name).toBe('Renamed');
  await eventually(
    async () => (await there.catalog.getModel(ada, 'modelrunner/one')).name === 'Renamed',
    1_000,
  );
  console.info(`a change is seen elsewhere after ${Math.round(performance.now() - began)} ms at most`);

  await here.importer.setRecommendations(null, 'model', 'image', [{ endpoint: 'modelrunner/two' }]);
  const first = async () => (await there.catalog.recommended(ada, 'model', 'image'))[0]?.endpoint;
  await eventually(async () => (await first()) === 'modelrunner/two', 1_000);
});

it('keeps what is one user’s from every other, and what was hidden from all', async () => {
  await here.importer.importModels(ada, [
    aModel('hers', { visibility: 'private' }),
    aModel('sketch', { status: 'draft' }),
    aModel('known', { visibility: 'unlisted' }),
  ]);
  const sees = (actor: Actor, alias: string) =>
    here.catalog.getModel(actor, `modelrunner/${alias}`).then(
      () => true,
      () => false,
    );
  for (const alias of ['hers', 'sketch']) {
    expect([await sees(ada, alias), await sees(ben, alias), await sees(ada, alias)]).toEqual([
      true,
      false,
      true,
    ]);
    const together = [ada, ben, ada, ben].map((actor) => sees(actor, alias));
    expect(await Promise.all(together)).toEqual([true, false, true, false]);
  }
  expect([await sees(ada, 'known'), await sees(ben, 'known')]).toEqual([true, true]);
  await here.importer.importModels(ada, [aModel('known', { visibility: 'private' })]);
  expect([await sees(ada, 'known'), await sees(ben, 'known')]).toEqual([true, false]);
});

it('remembers nothing that is not there: it may come any time', async () => {
  const find = () => there.catalog.getModel(ada, 'modelrunner/late').catch(() => null);
  expect(await find()).toBeNull();
  await here.importer.importModels(null, [aModel('late')]);
  expect(await find()).not.toBeNull();
});

it('shares frozen entries, which no call changes', async () => {
  await settled();
  const entry = await here.lookup.find(ada, 'modelrunner/poster');
  const before = JSON.stringify(entry);
  for (const look of ['small', 'large', 7]) {
    await here.resolver.resolve(ada, 'modelrunner/poster', { photo, look }).catch(() => null);
  }
  await here.catalog.getWrapper(ada, 'modelrunner/poster');
  expect(await here.lookup.find(ada, 'modelrunner/poster')).toBe(entry);
  expect(JSON.stringify(entry)).toBe(before);
  expect(() => Object.assign(entry.models[0]!.engineSettings, { model: 'another' })).toThrow(TypeError);
  const view = await here.catalog.getWrapper(ada, 'modelrunner/poster');
  expect(() => view.inputs.push(view.inputs[0]!)).toThrow(TypeError);
  expect(await here.catalog.getWrapper(ben, 'modelrunner/poster')).toBe(view);
});

describe('CatalogCache', () => {
  let cache: CatalogCache;
  let loads = 0;
  beforeEach(async () => {
    await settled();
    cache = new CatalogCache(here.changes);
    loads = 0;
  });
  afterEach(() => cache.onApplicationShutdown());

  const read = (load: () => Promise<object | null>, isForAll = () => true) =>
    cache.get({ key: 'it', load, isForAll });
  const fresh = async () => ({ number: (loads += 1) });
  const gate = () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    return { open, slow: () => opened.then(fresh) };
  };

  it('sends parallel misses to the database once', async () => {
    const { open, slow } = gate();
    const reads = [read(slow), read(slow), read(slow)];
    open();
    expect(await Promise.all(reads)).toEqual([{ number: 1 }, { number: 1 }, { number: 1 }]);
  });

  it('gives a read that began before a change to nobody who asks after it', async () => {
    const { open, slow } = gate();
    const early = read(slow);
    await here.changes.announce();
    expect(await read(fresh)).toEqual({ number: 1 });
    open();
    expect(await early).toEqual({ number: 2 });
    // What the late one read stays; what the early one brought later is not put over it.
    expect(await read(fresh)).toEqual({ number: 1 });
  });

  it('does not remember what was read across a change, when nobody else asked', async () => {
    const { open, slow } = gate();
    const early = read(slow);
    await here.changes.announce();
    open();
    expect(await early).toEqual({ number: 1 });
    expect(await read(fresh)).toEqual({ number: 2 });
  });

  it('lets a failed read be tried again', async () => {
    await expect(read(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await read(fresh)).toEqual({ number: 1 });
  });

  it('asks each time while changes are not heard', async () => {
    const bus = jest.spyOn(here.bus, 'isReady', 'get');
    try {
      await read(fresh);
      bus.mockReturnValue(false);
      expect(await read(fresh)).toEqual({ number: 2 });
      expect(await read(fresh)).toEqual({ number: 3 });
    } finally {
      bus.mockRestore();
    }
  });

  it('forgets after half a minute without any event', async () => {
    await read(fresh);
    const now = performance.now();
    const clock = jest.spyOn(performance, 'now').mockReturnValue(now + 31_000);
    try {
      expect(await read(fresh)).toEqual({ number: 2 });
    } finally {
      clock.mockRestore();
    }
  });

  it('holds a bounded number of characters', async () => {
    const large = () => Promise.resolve({ text: 'x'.repeat(1_500_000), number: (loads += 1) });
    for (let index = 0; index < 12; index += 1)
      await cache.get({ key: `large ${index}`, load: large, isForAll: () => true });
    await cache.get({ key: 'large 11', load: large, isForAll: () => true });
    expect(loads).toBe(12);
    await cache.get({ key: 'large 0', load: large, isForAll: () => true });
    expect(loads).toBe(13);
    const huge = () => Promise.resolve({ text: 'x'.repeat(2_200_000), number: (loads += 1) });
    await cache.get({ key: 'huge', load: huge, isForAll: () => true });
    await cache.get({ key: 'huge', load: huge, isForAll: () => true });
    expect(loads).toBe(15);
  });
});
