import { verify } from '@node-rs/argon2';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { runningPostgresUrl } from '../../apps/standalone/src/embedded-postgres.js';
import { freePort } from '../support/free-port.js';
import { descendants, isAlive } from '../support/processes.js';
import { eventually, startStandalone, type StandaloneRun } from '../support/standalone.js';

jest.setTimeout(120_000);

const readyz = async (port: number): Promise<boolean> => {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(
    () => undefined,
  );
  return answer?.ok ?? false;
};

async function query<Row extends object>(dataDir: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: runningPostgresUrl(dataDir) });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** The process of the platform that runs this app, below `run`. */
function processOf(run: StandaloneRun, part: string): number {
  const found = descendants(run.pid).find(({ command }) => command.includes(part));
  if (!found) throw new Error(`no ${part} process below ${run.pid}:\n${run.output()}`);
  return found.pid;
}

const everythingBelow = (run: StandaloneRun): number[] => [
  run.pid,
  ...descendants(run.pid).map(({ pid }) => pid),
];
const survivors = (pids: number[]): number[] => pids.filter((pid) => isAlive(pid));

async function endsAll(pids: number[], milliseconds = 10_000): Promise<void> {
  await eventually(
    () => survivors(pids).length === 0,
    milliseconds,
    () => `still alive: ${survivors(pids).join(' ')}`,
  );
}

describe('npm start', () => {
  let dataDir: string;
  let port: number;
  const runs: StandaloneRun[] = [];
  const start = (env: Record<string, string> = {}, command?: string[]): StandaloneRun => {
    const run = startStandalone({ PORT: String(port), DATA_DIR: dataDir, DATABASE_URL: '', ...env }, command);
    runs.push(run);
    return run;
  };

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'modelrunner-start-'));
    port = await freePort();
  });

  afterEach(async () => {
    for (const run of runs.splice(0)) {
      const below = everythingBelow(run);
      run.child.kill('SIGTERM');
      await run.exited();
      await endsAll(below);
    }
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('tells where it is, and on the first start alone how to sign in; SIGTERM ends all of it', async () => {
    const first = start({ ADMIN_EMAIL: 'Ada@example.com' });
    const line = await first.ready();
    expect(line).toContain(`http://localhost:${port} `);
    expect(line).toContain(`http://localhost:${port}/mcp`);
    expect(first.output().trimEnd().split('\n').at(-1)).toBe(line);
    const [, email = '', password = ''] = /sign in as (\S+) with the password (\S+)/.exec(line) ?? [];
    expect(email).toBe('Ada@example.com');
    const users = await query<{ email: string; password_hash: string; role: string }>(
      dataDir,
      'SELECT * FROM users',
    );
    expect(users).toMatchObject([{ email: 'ada@example.com', role: 'admin' }]);
    expect(await verify(users[0]?.password_hash ?? '', password)).toBe(true);
    expect(readFileSync(join(dataDir, 'secret-key'), 'utf8').trim().length).toBeGreaterThanOrEqual(32);

    const shown = await query<{ url: string }>(
      dataDir,
      'SELECT thumbnail_url AS url FROM catalog_entries WHERE thumbnail_url IS NOT NULL',
    );
    expect(shown.length).toBeGreaterThan(0);
    for (const { url } of shown) expect((await fetch(url)).headers.get('content-type')).toMatch(/^image\//);

    const below = everythingBelow(first);
    const stopped = performance.now();
    first.child.kill('SIGTERM');
    expect(await first.exited()).toBe(0);
    expect(performance.now() - stopped).toBeLessThan(10_000);
    expect(survivors(below)).toEqual([]);

    const second = start({ ADMIN_EMAIL: 'Ada@example.com' });
    expect(await second.ready()).not.toMatch(/sign in|password/);
    expect(await query(dataDir, 'SELECT id FROM users')).toHaveLength(1);
  });

  it('starts api, worker and PostgreSQL again when they are killed', async () => {
    const run = start();
    await run.ready();
    for (const part of ['apps/worker/', 'apps/api/', '/bin/postgres ']) {
      const before = processOf(run, part);
      process.kill(before, 'SIGKILL');
      await eventually(() =>
        descendants(run.pid).some(({ pid, command }) => pid !== before && command.includes(part)),
      );
      await eventually(
        () => readyz(port),
        30_000,
        () => `${part} did not come back:\n${run.output()}`,
      );
    }
    expect(run.output()).toMatch(/worker process ended unexpectedly \(SIGKILL\)/);
    expect(run.child.exitCode).toBeNull();
  });

  it('leaves nothing behind when it is killed, and recovers at the next start', async () => {
    const run = start();
    await run.ready();
    await query(dataDir, 'CREATE TABLE witness AS SELECT 42 AS answer');
    const below = everythingBelow(run);
    expect(below.length).toBeGreaterThanOrEqual(4);
    run.child.kill('SIGKILL');
    expect(await run.exited()).toBe('SIGKILL');
    await endsAll(below);
    const next = start();
    await next.ready();
    expect(await query(dataDir, 'SELECT answer FROM witness')).toEqual([{ answer: 42 }]);
  });

  it('stops when npm is asked to, and when npm is killed', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const run = start({}, ['npm', 'start', '--silent']);
      await run.ready();
      const below = everythingBelow(run);
      run.child.kill(signal);
      await run.exited();
      await endsAll(below, 12_000);
    }
  });

  it('refuses a second start on the same port or the same data with one sentence, and the first goes on', async () => {
    const first = start();
    await first.ready();
    const samePort = start({ DATA_DIR: join(dataDir, 'other') });
    expect(await samePort.exited()).toBe(1);
    expect(samePort.output()).toMatch(
      new RegExp(`^Port ${port} is taken by another ModelRunner\\. Stop it, or set PORT .* DATA_DIR .*\\n$`),
    );
    const second = start({ PORT: String(await freePort()) });
    expect(await second.exited()).toBe(1);
    expect(second.output()).toMatch(
      /^Starting PostgreSQL…\nAnother ModelRunner is running on \S+\. Stop it, .*\n$/,
    );
    expect(await readyz(port)).toBe(true);
  });

  describe('that cannot succeed', () => {
    let squatter: Server | undefined;
    afterEach(() => squatter?.close());

    /** Exit code 1, one line, and nothing started. */
    async function expectRefusal(env: Record<string, string>, sentence: RegExp): Promise<void> {
      const run = start(env);
      expect(await run.exited()).toBe(1);
      expect(run.output()).toMatch(sentence);
      expect(run.output()).not.toMatch(/^\s+at /m);
      expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
    }

    it('says that the port is taken', async () => {
      squatter = createServer().listen(port, '127.0.0.1');
      await expectRefusal(
        {},
        new RegExp(`^Port ${port} is taken by another program\\. Stop it or set PORT .*\\n$`),
      );
    });

    it('says that the data folder cannot be written', async () => {
      const file = join(dataDir, 'a-file');
      writeFileSync(file, '');
      await expectRefusal(
        { DATA_DIR: join(file, 'data') },
        /^The data folder \S+ cannot be written \(.*\)\. Set DATA_DIR .*\n$/,
      );
    });

    // mkdir(2) says ENOENT there although the parent is there, which Node's recursive mkdir takes for a reason to try again.
    (process.platform === 'linux' ? it : it.skip)(
      'says so of a folder that cannot even be made',
      async () => {
        await expectRefusal(
          { DATA_DIR: '/proc/nope/data' },
          /^The data folder \/proc\/nope\/data cannot be .*\n$/,
        );
      },
    );

    it('says that Redis is not reachable', async () => {
      const closed = await freePort();
      await expectRefusal(
        { REDIS_URL: `redis://:secret@127.0.0.1:${closed}` },
        new RegExp(`^Redis at 127.0.0.1:${closed} cannot be used \\(.*\\)\\. Check REDIS_URL\\.\\n$`),
      );
    });

    it('names every broken setting, after those that are none', async () => {
      await expectRefusal(
        { PORT: 'web', DATABASE_URL: 'mysql://x', ADMIN_PASSWORD: 'short', FILE_TTL_DAY: '3' },
        /^FILE_TTL_DAY is not a setting; did you mean FILE_TTL_DAYS\?\n.* 3 problem\(s\):\n {2}PORT: .*\n {2}DATABASE_URL: .*\n {2}ADMIN_PASSWORD: .*\n$/,
      );
    });

    it('says that the database is not reachable', async () => {
      const closed = await freePort();
      const run = start({
        DATABASE_URL: `postgres://nobody:secret@127.0.0.1:${closed}/none`,
      });
      expect(await run.exited()).toBe(1);
      expect(run.output()).toContain(`The database at 127.0.0.1:${closed} cannot be used`);
      expect(run.output()).not.toContain('secret');
    });
  });
});
