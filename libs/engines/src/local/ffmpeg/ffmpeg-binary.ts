import { access, chmod, copyFile, constants, lstat, mkdir, rename, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '#libs/errors';

/**
 * The ffmpeg to run: the configured one, else the one that the npm package ships.
 * @throws AppError `engine_unavailable` when there is none for this machine
 */
export async function findFfmpeg(configured: string | undefined): Promise<string> {
  if (configured) return configured;
  return ensureExecutable(
    await packagedFfmpeg(),
    join(tmpdir(), `modelrunner-${process.getuid?.() ?? 'user'}`),
  );
}

async function packagedFfmpeg(): Promise<string> {
  try {
    // The package throws while it loads where it has no binary, so it is loaded only when it is needed.
    const { default: installer } = await import('@ffmpeg-installer/ffmpeg');
    return installer.path;
  } catch (cause) {
    const message = `There is no packaged ffmpeg for ${process.platform}-${process.arch}: install one and set FFMPEG_PATH.`;
    throw new AppError('engine_unavailable', message, {}, { cause });
  }
}

/**
 * Some installs lose the executable bit (archives, copied folders, blocked install scripts). Sets it again, or,
 * where the file is not ours to change, runs a copy from a folder that only this user can write.
 * @returns the path to run
 */
export async function ensureExecutable(path: string, privateFolder: string): Promise<string> {
  if (await isExecutable(path)) return path;
  try {
    await chmod(path, 0o755);
    return path;
  } catch {
    return copyForUser(path, privateFolder);
  }
}

/** Copies a program to where only this user can write, once. */
export async function copyForUser(path: string, privateFolder: string): Promise<string> {
  await mkdir(privateFolder, { recursive: true, mode: 0o700 });
  const folder = await lstat(privateFolder);
  // The folder for temporary files is open to all: what someone else put there must not be run.
  const foreign =
    process.getuid !== undefined && (folder.uid !== process.getuid() || (folder.mode & 0o022) !== 0);
  if (!folder.isDirectory() || foreign) {
    throw new AppError(
      'engine_unavailable',
      undefined,
      {},
      { cause: new Error(`${privateFolder} is not ours alone.`) },
    );
  }
  const { size } = await stat(path);
  const copy = join(privateFolder, `ffmpeg-${size}`);
  if (await isExecutable(copy)) return copy;
  const unfinished = `${copy}.${process.pid}`;
  await copyFile(path, unfinished);
  await chmod(unfinished, 0o700);
  await rename(unfinished, copy);
  return copy;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
