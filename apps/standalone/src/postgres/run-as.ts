import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { StartError } from '../start-error.js';

/** The user and group to run PostgreSQL as; empty when this process's own will do. */
export interface RunAs {
  uid?: number;
  gid?: number;
}

/** `nobody` on every system that this runs on. */
const NOBODY = 65_534;

/**
 * Makes the private folder of the database and says who runs it. PostgreSQL refuses to run as root, so root hands
 * it to the folder's owner when that is an ordinary user (who may have started it before), else to `nobody`.
 */
export function prepareHome(home: string): RunAs {
  const uid = process.getuid?.();
  const isNew = !existsSync(home);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const owner = statSync(home);
  if (uid !== 0) {
    if (owner.uid === uid) return {};
    throw new StartError(
      `${home} belongs to another user (id ${owner.uid}), who started this before. ` +
        'Start as that user or as root, or set DATA_DIR to another folder.',
    );
  }
  if (!isNew && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const runAs = { uid: NOBODY, gid: NOBODY };
  giveTo(runAs, home);
  return runAs;
}

/** Hands a file or folder of the database to the user that PostgreSQL runs as. */
export function giveTo(runAs: RunAs, path: string): void {
  if (runAs.uid === undefined || runAs.gid === undefined) return;
  try {
    chownSync(path, runAs.uid, runAs.gid);
    if (lstatSync(path).isDirectory()) chmodSync(path, 0o700);
  } catch (error) {
    throw new StartError(
      `PostgreSQL does not run as root, and ${path} cannot be given to an ordinary user (${(error as Error).message}). ` +
        'Start as an ordinary user, set DATA_DIR to a local folder, or set DATABASE_URL.',
    );
  }
}
