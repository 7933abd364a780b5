import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { ConfigModule, loadConfig } from '#libs/config';
import { DatabaseModule } from '#libs/database';
import { migrateQueueStore, QueueModule } from '#libs/queue';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { AccountsModule } from '../accounts.module.js';
import { ApiKeysService } from '../api-keys/api-keys.service.js';
import { UsersService } from './users.service.js';

let database: TestDatabase;
let accounts: TestingModule;
let users: UsersService;

beforeAll(async () => {
  database = await createTestDatabase();
  const config = loadConfig({ NODE_ENV: 'test', DATABASE_URL: database.url });
  await migrateQueueStore(config);
  accounts = await Test.createTestingModule({
    imports: [ConfigModule.forRoot(config), DatabaseModule.forRoot(), QueueModule.forRoot(), AccountsModule],
  }).compile();
  await accounts.init();
  users = accounts.get(UsersService);
}, 60_000);

afterAll(async () => {
  await accounts.close();
  await database.drop();
});

describe('UsersService', () => {
  it('finds a user by password, however the address is spelled', async () => {
    const created = await users.create({
      email: ' Ada@Example.org ',
      password: 'correct horse',
      role: 'user',
    });
    expect(created).toMatchObject({ email: 'ada@example.org', role: 'user', disabledAt: null });
    expect(created).not.toHaveProperty('passwordHash');
    expect(await users.verifyPassword('ADA@example.org', 'correct horse')).toMatchObject({ id: created.id });
    expect(await users.verifyPassword('ada@example.org', 'correct horses')).toBeNull();
    expect(await users.verifyPassword('nobody@example.org', 'correct horse')).toBeNull();
  });

  it('lists who there is, and who has no password', async () => {
    await users.create({ email: 'invited@example.org', password: null, role: 'user' });
    await users.create({ email: 'inviter@example.org', password: 'long enough', role: 'user' });
    const listed = new Map((await users.list(100)).map(({ email, hasPassword }) => [email, hasPassword]));
    expect([listed.get('invited@example.org'), listed.get('inviter@example.org')]).toEqual([false, true]);
    expect((await users.list(1)).map(({ email }) => email)).toHaveLength(1);
  });

  it('takes an address once, and names every field that is wrong', async () => {
    await users.create({ email: 'once@example.org', password: 'long enough', role: 'user' });
    await expect(
      users.create({ email: 'ONCE@example.org', password: 'long enough', role: 'user' }),
    ).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(
      users.create({ email: 'no address', password: 'short', role: 'user' }),
    ).rejects.toMatchObject({
      code: 'invalid_request',
      details: { validationErrors: [{ path: 'email' }, { path: 'password' }] },
    });
  });

  it('makes the first administrator once, with a password of its own if none is given', async () => {
    const [one, other] = await Promise.all([
      users.ensureAdmin('root@example.org'),
      users.ensureAdmin('root@example.org'),
    ]);
    const made = [one, other].filter((result) => result.created);
    expect(made).toHaveLength(1);
    const password = made[0]?.password ?? '';
    expect(password.length).toBeGreaterThanOrEqual(20);
    expect(await users.verifyPassword('root@example.org', password)).toMatchObject({ role: 'admin' });
    expect(await users.ensureAdmin('root@example.org', 'another password')).toEqual({ created: false });
    expect(await users.ensureAdmin('second@example.org', 'chosen password')).toEqual({ created: true });
  });

  it('lets nobody in who is disabled, with a password or with a key', async () => {
    const user = await users.create({ email: 'gone@example.org', password: 'long enough', role: 'admin' });
    const keys = accounts.get(ApiKeysService);
    const actor = { userId: user.id, email: user.email, role: user.role, clientId: null };
    const { key } = await keys.create(actor, { name: 'script', role: 'curator' });
    expect(await keys.verify(key)).toMatchObject({ userId: user.id, role: 'curator' });
    await users.setDisabled(user.id, true);
    expect(await users.verifyPassword('gone@example.org', 'long enough')).toBeNull();
    expect(await keys.verify(key)).toBeNull();
    await users.setDisabled(user.id, false);
    expect(await users.verifyPassword('gone@example.org', 'long enough')).toMatchObject({ id: user.id });
  });

  it('ends everything with a new epoch, and tells the audit trail who did it', async () => {
    const created = await users.create({ email: 'epoch@example.org', password: 'long enough', role: 'user' });
    const changed = await users.setPassword(created, 'longer than before', {
      actorId: created.id,
      ip: '192.0.2.1',
    });
    expect(changed.signInEpoch).toBe(created.signInEpoch + 1);
    await users.setPassword(created, 'set by an operator');
    await users.setDisabled(created.id, true);
    await users.setDisabled(created.id, true);
    await users.setDisabled(created.id, false);
    const user = await users.findById(created.id);
    expect(user?.signInEpoch).toBe(created.signInEpoch + 3);
    const records = await accounts
      .get(DataSource)
      .query<{ type: string; actor_id: string | null; ip: string | null }[]>(
        'SELECT type, actor_id, ip FROM audit_records WHERE user_id = $1 ORDER BY id',
        [created.id],
      );
    expect(records).toEqual([
      { type: 'user.created', actor_id: null, ip: null },
      { type: 'password.changed', actor_id: created.id, ip: '192.0.2.1' },
      { type: 'password.changed', actor_id: null, ip: null },
      { type: 'user.disabled', actor_id: null, ip: null },
      { type: 'user.enabled', actor_id: null, ip: null },
    ]);
  });
});
