import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { ROOT } from '../../../apps/demo/src/own-server.js';
import { type ApiProcess, startApi, startWorker } from '../../support/api-process.js';
import { freePort } from '../../support/free-port.js';
import { OTHER_USER, USER } from '../../support/oauth-client.js';
import { ADMIN, admin, NO_LIMITS, prepare } from '../../support/oauth-server.js';
import { SecretLedger } from '../../support/secret-ledger.js';
import { createEmptyDatabase, type TestDatabase } from '../../support/test-database.js';

export { ADMIN };

/**
 * Two replicas of the built api on one database, three accounts, and a ledger of every secret that the tests see.
 * The rows know the server by its addresses only; `sql` is there to let time pass and to look at what is at rest.
 */
export class Bench {
  readonly ledger = new SecretLedger();
  private readonly extras: { api: ApiProcess; database?: TestDatabase }[] = [];
  private readonly outputs: (() => string)[] = [];

  private constructor(
    private readonly database: TestDatabase,
    private readonly client: Client,
    private readonly dataDir: string,
    private readonly environment: Record<string, string>,
    private readonly replicas: ApiProcess[],
  ) {
    this.outputs.push(...replicas.map((replica) => replica.output));
  }

  static async start(): Promise<Bench> {
    const database = await createEmptyDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), 'modelrunner-conformance-'));
    const port = await freePort();
    const environment = {
      DATABASE_URL: database.url,
      DATA_DIR: dataDir,
      SECRET_KEY: 'a key for the conformance tests, long enough',
      PUBLIC_URL: `http://localhost:${port}`,
      REDIS_URL: '',
      ALLOW_PRIVATE_URLS: 'true',
      NODE_EXTRA_CA_CERTS: join(ROOT, 'test/support/tls/cert.pem'),
      ...NO_LIMITS,
    };
    await prepare(environment);
    const replicas = await Promise.all([startApi(environment, { port }), startApi(environment)]);
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const bench = new Bench(database, client, dataDir, environment, replicas);
    for (const { password } of [ADMIN, USER, OTHER_USER]) bench.ledger.add('password', password);
    globalThis.fetch = bench.ledger.watch(globalThis.fetch);
    return bench;
  }

  /** Issuer, and the address of the first replica. */
  get base(): string {
    return this.environment.PUBLIC_URL ?? '';
  }

  /** `B/mcp` */
  get resource(): string {
    return `${this.base}/mcp`;
  }

  /** The address of the second replica, which has the same issuer. */
  get secondReplica(): string {
    return this.replicas[1]?.url ?? '';
  }

  /** For `pg_terminate_backend` and the like, and to connect once more. */
  get databaseUrl(): string {
    return this.database.url;
  }

  async sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.client.query<Row>(text, values)).rows;
  }

  /**
   * One more server for a row that needs other settings; it ends with the bench.
   * @param options `ownDatabase`: with the same three accounts, and nothing of what the others did
   */
  async startServer(
    env: Record<string, string>,
    { ownDatabase = false, execArgv = [] as string[] } = {},
  ): Promise<ApiProcess> {
    const port = await freePort();
    const database = ownDatabase ? await createEmptyDatabase() : undefined;
    const environment = {
      ...this.environment,
      PUBLIC_URL: `http://localhost:${port}`,
      ...(database && { DATABASE_URL: database.url }),
      ...env,
    };
    if (database) await prepare(environment);
    const api = await startApi(environment, { port, execArgv });
    this.outputs.push(api.output);
    this.extras.push({ api, database });
    return api;
  }

  /** A worker for the two replicas, for rows that look at what it does; it ends with the bench. */
  async startWorker(): Promise<ApiProcess> {
    const worker = await startWorker(this.environment);
    this.outputs.push(worker.output);
    this.extras.push({ api: worker });
    return worker;
  }

  /** `npm run admin -- …` on this database; its output. */
  async admin(...args: string[]): Promise<string> {
    return admin(this.environment, ...args);
  }

  /** Everything that all servers printed. */
  logs(): string {
    return this.outputs.map((output) => output()).join('\n');
  }

  /** Every row of every table, as text: what a thief of a backup would read. */
  async dump(): Promise<string> {
    const tables = await this.sql<{ name: string }>(
      `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const rows: string[] = [];
    for (const { name } of tables) {
      const found = await this.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      rows.push(...found.map(({ row }) => `${name} ${row}`));
    }
    return rows.join('\n');
  }

  async stop(): Promise<void> {
    await this.client.end();
    await Promise.all([...this.replicas, ...this.extras.map(({ api }) => api)].map((api) => api.stop()));
    await this.database.drop();
    for (const { database } of this.extras) await database?.drop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
