import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiProcess, startApi, startWorker } from './api-process.js';
import { freePort } from './free-port.js';
import { admin, NO_LIMITS, prepare } from './oauth-server.js';
import { Browser, TestClient, USER } from './oauth-client.js';
import { createEmptyDatabase, type TestDatabase } from './test-database.js';

/** One api and one worker, as they ship, on a database of their own; either may be killed and started again. */
export class FilesPlatform {
  private constructor(
    private readonly database: TestDatabase,
    private readonly environment: Record<string, string>,
    /** For the direct uploads. */
    readonly apiKey: string,
    private api: ApiProcess,
    private worker: ApiProcess,
  ) {}

  /** @param env beside what every such platform has */
  static async start(env: Record<string, string> = {}): Promise<FilesPlatform> {
    const database = await createEmptyDatabase();
    const port = await freePort();
    const environment = {
      DATABASE_URL: database.url,
      DATA_DIR: env.DATA_DIR ?? (await mkdtemp(join(tmpdir(), 'modelrunner-files-'))),
      SECRET_KEY: 'a key for the tests of files, long enough',
      PUBLIC_URL: `http://localhost:${port}`,
      REDIS_URL: '',
      ...NO_LIMITS,
      ...env,
    };
    // Hooks of a test are for the processes under test.
    const plain = { ...environment, NODE_OPTIONS: '' };
    await prepare(plain);
    const made = await admin(plain, 'key', 'create', '--email', USER.email, '--name', 'files');
    const key = made.trim().split('\n').at(-1) ?? '';
    const [api, worker] = await Promise.all([startApi(environment, { port }), startWorker(environment)]);
    return new FilesPlatform(database, environment, key, api, worker);
  }

  get url(): string {
    return this.api.url;
  }

  /** `kill -9`, and a new one at the same address. */
  async restartApi(): Promise<void> {
    await this.api.stop('SIGKILL');
    this.api = await startApi(this.environment, { port: Number(new URL(this.url).port) });
  }

  /** As {@link restartApi}. A worker sweeps when it starts. */
  async restartWorker(): Promise<void> {
    await this.worker.stop('SIGKILL');
    this.worker = await startWorker(this.environment);
  }

  /** An access token of USER. */
  async connect(): Promise<string> {
    const client = await TestClient.register(this.url);
    const browser = new Browser(this.url);
    await browser.signIn();
    return (await client.connect(browser)).access_token;
  }

  /** `npm run admin -- …`; its output. */
  admin(...args: string[]): Promise<string> {
    return admin({ ...this.environment, NODE_OPTIONS: '' }, ...args);
  }

  /** Every file that the platform keeps, for good or for a moment, relative to `DATA_DIR`. */
  stored(): string[] {
    return ['files', 'tmp'].flatMap((folder) => filesBelow(this.environment.DATA_DIR ?? '', folder));
  }

  /** Bytes of what {@link stored} names; 0 when it is gone. */
  sizeOf(path: string): number {
    return statSync(join(this.environment.DATA_DIR ?? '', path), { throwIfNoEntry: false })?.size ?? 0;
  }

  async stop(): Promise<void> {
    await Promise.all([this.api.stop(), this.worker.stop()]);
    await this.database.drop();
    await rm(this.environment.DATA_DIR ?? '', { recursive: true, force: true });
  }
}

function filesBelow(root: string, folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  } catch {
    return [];
  }
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
