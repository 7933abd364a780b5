import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { ROOT } from '../../apps/demo/src/own-server.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';
import { freePort } from '../support/free-port.js';
import { type RedisServer, startRedis } from '../support/redis-server.mjs';

const run = promisify(execFile);

/** What the model takes and gives; its output is checked against this. */
const INPUT_SCHEMA = {
  type: 'object',
  properties: {
    number: { type: 'integer' },
    milliseconds: { type: 'integer' },
    do: { type: 'string', default: 'work' },
  },
  required: ['number', 'milliseconds'],
};
const OUTPUT_SCHEMA = {
  type: 'object',
  properties: { number: { type: 'integer' }, report: { type: 'string', format: 'uri' } },
  required: ['number', 'report'],
};

interface Member {
  name: string;
  start(): ChildProcess;
  process?: ChildProcess;
  /** For an api: its port. */
  port?: number;
}

/** Two apis and two workers, as real processes, on a PostgreSQL of their own (and a Redis, where that is the store). */
export class Cluster {
  readonly endpoint = 'chaos/model';
  readonly dataDir: string;
  private readonly members: Member[] = [];
  private postgres?: EmbeddedPostgres;
  private stopping = false;
  private output = '';

  private constructor(
    dataDir: string,
    private readonly postgresPort: number,
    private readonly redis: RedisServer | undefined,
  ) {
    this.dataDir = dataDir;
  }

  /** @param store where queue and events are */
  static async start(store: 'PostgreSQL' | 'Redis'): Promise<Cluster> {
    const cluster = new Cluster(
      await mkdtemp(join(tmpdir(), 'modelrunner-chaos-')),
      await freePort(),
      store === 'Redis' ? await startRedis() : undefined,
    );
    try {
      await cluster.prepare();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get apis(): string[] {
    return this.members.flatMap(({ port }) => (port === undefined ? [] : [`http://localhost:${port}`]));
  }

  get hasRedis(): boolean {
    return this.redis !== undefined;
  }

  get databaseUrl(): string {
    return this.postgres?.url ?? '';
  }

  logs(): string {
    return this.output;
  }

  async sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  async admin(...args: string[]): Promise<void> {
    await run(process.execPath, [join(ROOT, 'dist/apps/admin/src/main.js'), ...args], {
      env: this.environment(),
    });
  }

  /** SIGKILL; a supervisor starts it again after a moment. */
  kill(kind: 'api' | 'worker', index: number): void {
    this.members.filter(({ name }) => name.startsWith(kind))[index]?.process?.kill('SIGKILL');
  }

  /** Stops PostgreSQL for a moment. Every connection breaks. */
  async restartPostgres(): Promise<void> {
    await this.postgres?.stop();
    this.postgres = await startEmbeddedPostgres({ dataDir: this.dataDir, port: this.postgresPort });
  }

  /** Kills Redis and starts it anew: it comes back empty. */
  async restartRedis(): Promise<void> {
    await this.redis?.restart();
  }

  /** Ends everything; the data stays until {@link remove}. */
  async stop(): Promise<void> {
    this.stopping = true;
    const children = this.members.flatMap(({ process: child }) => (child ? [child] : []));
    await Promise.all(
      children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const exited = once(child, 'exit');
        child.kill('SIGTERM');
        await exited;
      }),
    );
  }

  async remove(): Promise<void> {
    await this.postgres?.stop();
    await this.redis?.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private async prepare(): Promise<void> {
    this.postgres = await startEmbeddedPostgres({ dataDir: this.dataDir, port: this.postgresPort });
    const ports = [await freePort(), await freePort()];
    const publicUrl = `http://localhost:${ports[0]}`;
    await run(process.execPath, [join(ROOT, 'dist/apps/migrate/src/main.js')], {
      env: this.environment({ PUBLIC_URL: publicUrl }),
    });
    await this.createModel();
    await this.recordTransitions();
    for (const port of ports) {
      const env = this.environment({ PORT: String(port), PUBLIC_URL: publicUrl });
      this.add(`api-${port}`, 'dist/apps/api/src/main.js', env, [], port);
    }
    this.add('worker-1', 'test/chaos/worker.mjs', this.environment({ PUBLIC_URL: publicUrl }));
    // The second one's clock goes wrong by five minutes.
    this.add(
      'worker-2',
      'test/chaos/worker.mjs',
      this.environment({ PUBLIC_URL: publicUrl, CLOCK_OFF_BY_MINUTES: '5' }),
      ['--import', join(ROOT, 'test/chaos/wrong-clock.mjs')],
    );
    await this.ready();
  }

  private environment(env: Record<string, string> = {}): NodeJS.ProcessEnv {
    return {
      ...process.env,
      NODE_ENV: 'development',
      DATABASE_URL: this.databaseUrl,
      DATA_DIR: this.dataDir,
      REDIS_URL: this.redis?.url ?? '',
      SECRET_KEY: 'a key for the chaos tests, which is long enough',
      WORKER_CONCURRENCY: '2',
      HOST_CONCURRENCY: '4',
      ENGINE_TIMEOUT_SECONDS: '3',
      ENGINE_MEMORY_MB: '250',
      DEDUPLICATE_SECONDS: '0',
      LOG_LEVEL: 'warn',
      ...env,
    };
  }

  private add(name: string, script: string, env: NodeJS.ProcessEnv, execArgv: string[] = [], port?: number) {
    const member: Member = {
      name,
      port,
      start: () => {
        const child = spawn(process.execPath, [...execArgv, join(ROOT, script)], {
          cwd: ROOT,
          stdio: ['ignore', 'pipe', 'pipe'],
          env,
        });
        for (const stream of [child.stdout, child.stderr])
          stream.on('data', (chunk: Buffer) => (this.output += `${name}: ${String(chunk)}`));
        // What a supervisor does.
        child.once('exit', () => {
          if (!this.stopping) setTimeout(() => this.launch(member), 300);
        });
        return child;
      },
    };
    this.members.push(member);
    this.launch(member);
  }

  private launch(member: Member): void {
    if (!this.stopping) member.process = member.start();
  }

  private async ready(): Promise<void> {
    const deadline = Date.now() + 60_000;
    for (const api of this.apis) {
      for (;;) {
        const answer = await fetch(`${api}/readyz`).catch(() => undefined);
        if (answer?.ok) break;
        if (Date.now() > deadline) throw new Error(`the cluster did not start:\n${this.output}`);
        await sleep(100);
      }
    }
  }

  private async createModel(): Promise<void> {
    const id = randomUUID();
    await this.sql(
      `INSERT INTO catalog_entries (id, kind, owner, alias, name, category, task, summary, description, input_schema,
         examples, visibility, status)
       VALUES ($1, 'model', 'chaos', 'model', 'Chaos', 'utility', 'chaos', 's', 'd', $2, '[]', 'public', 'published')`,
      [id, INPUT_SCHEMA],
    );
    await this.sql(
      `INSERT INTO models (id, output_schema, price_unit, price_amount, typical_seconds, engine, engine_settings)
       VALUES ($1, $2, 'request', '0.0040', 1, 'local', '{"model": "chaos"}')`,
      [id, OUTPUT_SCHEMA],
    );
  }

  /** Every change of a status, as the database saw it: the judges of the run read this. */
  private async recordTransitions(): Promise<void> {
    await this.sql(
      'CREATE TABLE chaos_transitions (request_id text, before text, after text, at timestamptz)',
    );
    await this.sql(`
      CREATE FUNCTION chaos_record() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO chaos_transitions VALUES (NEW.id, OLD.status, NEW.status, clock_timestamp());
        RETURN NEW;
      END $$`);
    await this.sql(`
      CREATE TRIGGER chaos_record AFTER UPDATE ON inference_requests FOR EACH ROW
      WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION chaos_record()`);
  }
}
