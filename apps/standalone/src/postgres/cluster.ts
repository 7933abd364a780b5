import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '../start-error.js';
import type { PostgresBinaries } from './binaries.js';
import { createCluster } from './create-cluster.js';
import type { ClusterPaths } from './conventions.js';
import type { RunAs } from './run-as.js';

/**
 * Creates the data folder on the first start, and checks it on later ones.
 * @returns the password of the database's superuser
 */
export async function ensureCluster(
  paths: ClusterPaths,
  binaries: PostgresBinaries,
  runAs: RunAs,
): Promise<string> {
  if (!existsSync(join(paths.data, 'PG_VERSION'))) {
    const password = randomBytes(24).toString('hex');
    await createCluster(paths, binaries, runAs, password);
    return password;
  }
  const found = readFileSync(join(paths.data, 'PG_VERSION'), 'utf8').trim();
  if (found !== String(binaries.major)) {
    throw new StartError(
      `The database in ${paths.data} was made by PostgreSQL ${found}, and this release brings PostgreSQL ` +
        `${binaries.major}, which cannot read it. Start the release that made it and export the data (pg_dump), ` +
        'or set DATA_DIR to another folder.',
    );
  }
  try {
    return readFileSync(paths.passwordFile, 'utf8').trim();
  } catch (error) {
    throw new StartError(
      `The password of the embedded database cannot be read: ${(error as Error).message}.`,
    );
  }
}
