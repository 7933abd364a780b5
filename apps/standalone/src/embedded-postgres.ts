import { mkdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { takeInstanceLock } from './instance-lock.js';
import { locateBinaries } from './postgres/binaries.js';
import { ensureCluster } from './postgres/cluster.js';
import { clusterPaths, DATABASE_USER } from './postgres/conventions.js';
import { isRunning, readPostmasterFile, stopLeftover } from './postgres/postmaster-file.js';
import { prepareHome } from './postgres/run-as.js';
import {
  freeLoopbackPort,
  type PostgresExit,
  type ServerProcess,
  startServer,
} from './postgres/server-process.js';
import { StartError } from './start-error.js';

export interface EmbeddedPostgresOptions {
  /** Absolute path of a folder of this project's own; it is made when it is missing. */
  dataDir: string;
  /** Default: a free one. */
  port?: number;
  /** Progress, one sentence at a time. */
  log?: (line: string) => void;
}

/** A real PostgreSQL server, from an npm package, that lives and dies with this process. */
export interface EmbeddedPostgres {
  /** `postgres://user:password@127.0.0.1:port/postgres`; the user may create databases. */
  url: string;
  pid: number;
  /** Settles when the server has ended, asked or not; never rejects. */
  exited: Promise<PostgresExit>;
  /** Ends sessions, shuts down, and frees the folder. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on the data below `dataDir/postgres`, on the loopback address only. The first start creates
 * it (about 0.6 s); a server that a killed process left behind is stopped first; after a crash it recovers by itself.
 * When this process dies, even by SIGKILL, the server shuts down.
 * @throws StartError with a sentence for the operator
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDir, log = () => undefined } = options;
  const paths = clusterPaths(dataDir);
  mkdirSync(dataDir, { recursive: true });
  const release = await takeInstanceLock(paths.lockFile);
  if (release === undefined) {
    throw new StartError(
      `Another ModelRunner is running on ${dataDir}. Stop it, or set DATA_DIR to another folder.`,
    );
  }
  try {
    const runAs = prepareHome(paths.home);
    const binaries = locateBinaries(runAs, [dataDir]);
    const password = await ensureCluster(paths, binaries, runAs);
    await stopLeftover(paths.data, log);
    const server = await startPatiently({ binaries, dataFolder: paths.data, runAs }, options.port);
    void server.exited.then(release);
    return {
      url: connectionUrl(password, server.port),
      pid: server.pid,
      exited: server.exited,
      stop: () => server.stop(),
    };
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * The running server of a data folder, for commands beside the one that started it.
 * @returns undefined when none runs
 */
export function runningPostgresUrl(dataDir: string): string | undefined {
  const paths = clusterPaths(dataDir);
  const postmaster = readPostmasterFile(paths.data);
  if (postmaster === undefined || !postmaster.ready || !isRunning(postmaster, paths.data)) return undefined;
  return connectionUrl(readFileSync(paths.passwordFile, 'utf8').trim(), postmaster.port);
}

/**
 * Two things pass by themselves: another program took the port in between, and the last processes of a server that
 * was killed still hold its memory.
 */
async function startPatiently(
  options: Omit<Parameters<typeof startServer>[0], 'port'>,
  fixedPort?: number,
): Promise<ServerProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startServer({ ...options, port: fixedPort ?? (await freeLoopbackPort()) });
    } catch (error) {
      const passing = /shared memory block|Address already in use|could not bind/.test(
        (error as Error).message,
      );
      if (!passing || attempt === 20) throw error;
      await sleep(250);
    }
  }
}

function connectionUrl(password: string, port: number): string {
  return `postgres://${DATABASE_USER}:${password}@127.0.0.1:${port}/postgres`;
}
