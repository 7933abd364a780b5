import { UsersService } from '#libs/accounts';
import { type OAuthApp, START_LIMIT_MS, startOAuthApp } from './oauth-app.js';
import { Browser, USER } from '../../../test/support/oauth-client.js';

let server: OAuthApp;

beforeAll(async () => {
  server = await startOAuthApp();
}, START_LIMIT_MS);

afterAll(() => server?.close());

interface Audited {
  type: string;
  actor_id: string | null;
  user_id: string | null;
  ip: string;
  details: object;
}

/** The newest record, after this attempt. */
async function attempt(email: string, password: string): Promise<Audited | undefined> {
  await new Browser(server.base).signIn({ email, password });
  const [row] = await server.dataSource.query<Audited[]>(
    'SELECT type, actor_id, user_id, ip, details FROM audit_records ORDER BY id DESC LIMIT 1',
  );
  return row;
}

const userId = async (email: string): Promise<string> => {
  const user = await server.app.get(UsersService).findByEmail(email);
  return user?.id ?? '';
};

describe('the audit trail of sign-in with a password', () => {
  it('names who got in', async () => {
    const id = await userId(USER.email);
    expect(await attempt(USER.email, USER.password)).toEqual({
      type: 'sign_in.succeeded',
      actor_id: id,
      user_id: id,
      ip: '127.0.0.1',
      details: { method: 'password' },
    });
  });

  it('names the account that was tried, and nobody as the one who did', async () => {
    expect(await attempt(USER.email.toUpperCase(), 'wrong password')).toEqual({
      type: 'sign_in.failed',
      actor_id: null,
      user_id: await userId(USER.email),
      ip: '127.0.0.1',
      details: { method: 'password', reason: 'wrong_password' },
    });
  });

  it('says why the right password was not enough', async () => {
    const users = server.app.get(UsersService);
    const gone = await users.create({ email: 'gone@example.org', password: 'long enough', role: 'user' });
    await users.setDisabled(gone.id, true);
    expect(await attempt('gone@example.org', 'long enough')).toMatchObject({
      type: 'sign_in.failed',
      user_id: gone.id,
      details: { reason: 'account_disabled' },
    });
  });

  it('keeps nothing of what was typed for an account that does not exist, and nor does any other table', async () => {
    const typed = 'My-Secret-Passphrase-In-The-Wrong-Field';
    expect(await attempt(typed, 'whatever it is')).toEqual({
      type: 'sign_in.failed',
      actor_id: null,
      user_id: null,
      ip: '127.0.0.1',
      details: { method: 'password', reason: 'unknown_account' },
    });
    const tables = await server.dataSource.query<{ name: string }[]>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      const rows = await server.dataSource.query<object[]>(
        `SELECT 1 FROM ${name} t WHERE t::text ILIKE '%passphrase-in-the%' OR t::text LIKE '%whatever it is%'`,
      );
      expect({ name, rows }).toEqual({ name, rows: [] });
    }
  });
});
