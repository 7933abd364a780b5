import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Credentials } from '../../apps/demo/src/browser-walk.js';
import { ROOT } from '../../apps/demo/src/own-server.js';
import { type ApiProcess, startApi } from './api-process.js';
import { OTHER_USER, USER } from './oauth-client.js';
import { createEmptyDatabase } from './test-database.js';

const run = promisify(execFile);

export const ADMIN = { email: 'root@example.org', password: 'the first administrator' };

/** So high that no test meets them but the one that asks for its own server with lower ones. */
export const NO_LIMITS = {
  RATE_LIMIT_REGISTER_PER_HOUR: '100000',
  RATE_LIMIT_AUTHORIZE_PER_15_MIN: '100000',
  RATE_LIMIT_LOGIN_PER_ADDRESS: '100000',
  RATE_LIMIT_LOGIN_PER_ACCOUNT: '100000',
  RATE_LIMIT_TOKEN_PER_MINUTE: '100000',
  RATE_LIMIT_TOKEN_PER_ADDRESS: '100000',
  RATE_LIMIT_CLIENT_DOCUMENT_PER_MINUTE: '100000',
};

/** Migrates, seeds, and makes the accounts ADMIN, USER and OTHER_USER, all with the programs that ship. */
export async function prepare(environment: Record<string, string>): Promise<void> {
  await migrate(environment, ADMIN);
  for (const { email, password } of [USER, OTHER_USER]) {
    await admin(environment, 'user', 'create', '--email', email, '--password', password);
  }
}

/** @param first the first account, which administers the server */
async function migrate(environment: Record<string, string>, first: Credentials): Promise<void> {
  await run(process.execPath, [join(ROOT, 'dist/apps/migrate/src/main.js')], {
    env: { ...process.env, ...environment, ADMIN_EMAIL: first.email, ADMIN_PASSWORD: first.password },
  });
}

/** `npm run admin -- …`; its output. */
export async function admin(environment: Record<string, string>, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(ROOT, 'dist/apps/admin/src/main.js'), ...args], {
    env: { ...process.env, ...environment },
  });
  return stdout;
}

export interface OAuthServers {
  databaseUrl: string;
  /** One more api on the same database; its issuer is its own address. */
  start(env?: Record<string, string>, execArgv?: string[]): Promise<ApiProcess>;
  /** `npm run admin -- …`; its output. */
  admin(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** A database with the account USER and the catalogue, for as many built apis as a suite needs. */
export async function prepareOAuthServers(): Promise<OAuthServers> {
  const database = await createEmptyDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'modelrunner-oauth-'));
  const environment = {
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    SECRET_KEY: 'a key for the tests, long enough',
    REDIS_URL: '',
    ...NO_LIMITS,
  };
  await migrate(environment, USER);
  const started: ApiProcess[] = [];
  return {
    databaseUrl: database.url,
    start: async (env = {}, execArgv = []) => {
      const api = await startApi({ ...environment, ...env }, { execArgv });
      started.push(api);
      return api;
    },
    admin: (...args) => admin(environment, ...args),
    stop: async () => {
      await Promise.all(started.map((api) => api.stop()));
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
