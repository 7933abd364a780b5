import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunAs } from './run-as.js';

/** The superuser of the embedded database. */
export const DATABASE_USER = 'modelrunner';

/** The environment of every PostgreSQL program: nothing of ours, so that no PG* variable or locale leaks in. */
export const POSTGRES_ENVIRONMENT = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** Where things stand below DATA_DIR. */
export interface ClusterPaths {
  /** Owned by the user that runs PostgreSQL, closed to others. */
  home: string;
  /** PostgreSQL's own data folder. */
  data: string;
  /** Read by this process and its children only. */
  passwordFile: string;
  lockFile: string;
}

export function clusterPaths(dataDir: string): ClusterPaths {
  const home = join(dataDir, 'postgres');
  return {
    home,
    data: join(home, 'cluster'),
    passwordFile: join(dataDir, 'postgres-password'),
    lockFile: join(dataDir, 'postgres.lock'),
  };
}

/**
 * How to name a folder to a PostgreSQL program that is started in it. Another user may not be able to walk to
 * it (below /root, say), and PostgreSQL looks its data folder up by name; `/proc/self/cwd` leads there all the same.
 */
export function asSeenFromInside(folder: string, runAs: RunAs): string {
  return runAs.uid !== undefined && existsSync('/proc/self/cwd') ? '/proc/self/cwd' : folder;
}
