import { promisify } from 'node:util';
import type { Session } from 'fastify';
import { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { User } from '../users/user.entity.js';
import { WebSession } from './web-session.entity.js';
import { WebSessionStore } from './web-session.store.js';

describe('WebSessionStore', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let store: WebSessionStore;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      entities: [WebSession, User],
      installExtensions: false,
    }).initialize();
    store = new WebSessionStore(dataSource.getRepository(WebSession));
  }, 60_000);

  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  const session = (fields: object): Session =>
    ({ cookie: { expires: new Date(Date.now() + 60_000) }, ...fields }) as unknown as Session;
  const set = (sid: string, fields: object) => promisify(store.set.bind(store))(sid, session(fields));
  const get = (sid: string) => promisify(store.get.bind(store))(sid);
  const destroy = (sid: string) => promisify(store.destroy.bind(store))(sid);

  it('keeps a session under the hash of its id', async () => {
    await set('first', { browserId: 'b1' });
    await set('first', { browserId: 'b2' });
    expect(await get('first')).toMatchObject({ browserId: 'b2' });
    expect(JSON.stringify(await dataSource.getRepository(WebSession).find())).not.toContain('first');
  });

  it('lets no request that began before bring a session back that was ended', async () => {
    await set('ended', { browserId: 'b' });
    await destroy('ended');
    await set('ended', { browserId: 'b' });
    expect(await get('ended')).toBeNull();
    await store.deleteExpired(new Date());
    await set('ended', { browserId: 'b' });
    expect(await get('ended')).toBeNull();
  });

  it('ends what is unknown, too, before it is saved for the first time', async () => {
    await destroy('early');
    await set('early', { browserId: 'b' });
    expect(await get('early')).toBeNull();
  });

  it('sweeps what is long over', async () => {
    await destroy('old');
    const later = new Date(Date.now() + 3_600_000);
    expect(await store.deleteExpired(later)).toBeGreaterThan(0);
    expect(await dataSource.getRepository(WebSession).countBy({ expiresAt: later })).toBe(0);
  });
});
