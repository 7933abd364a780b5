import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError, isDiskFull, toAppError } from '#libs/errors';
import { writeDurably } from './durable-write.js';
import type { ByteRange, StorageAdapter, StoredObject, SweepOptions } from './storage.port.js';
import { isStorageKey } from './storage-key.js';

/** A temporary file that nobody wrote to for so long belongs to a writer that is gone, wherever it ran. */
const ABANDONED_AFTER_MS = 60 * 60 * 1_000;
const READ_BUFFER_BYTES = 64 * 1024;
const NO_FILE = 'There is no such file.';

/** Tells this process from an earlier one with the same process id (containers restart with the same). */
const PROCESS_MARK = randomBytes(4).toString('hex');
const HOST_MARK = Buffer.from(hostname()).toString('hex').slice(0, 32);

/**
 * Files under one folder, sharded by the first characters of the key. A file appears whole or not at all: it is
 * written beside, synced, and renamed into place.
 */
export class DiskStorage implements StorageAdapter {
  /** Bytes come through this server: the HTTP edge signs URLs of its own (`UploadUrls`). */
  readonly direct = null;
  private readonly temporary: string;

  /** @param root absolute path of a folder that belongs to this storage alone */
  constructor(private readonly root: string) {
    this.temporary = join(root, 'tmp');
  }

  async put(key: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const target = this.pathOf(key);
    const partial = join(this.temporary, this.temporaryName());
    try {
      await mkdir(this.temporary, { recursive: true });
      await mkdir(dirname(target), { recursive: true });
      await writeDurably(partial, bytes);
      await rename(partial, target);
      await syncFolder(dirname(target));
    } catch (error) {
      await rm(partial, { force: true });
      throw isDiskFull(error) ? toAppError(error) : error;
    }
  }

  async open(key: string, range?: ByteRange): Promise<Readable> {
    try {
      const handle = await open(this.pathOf(key), 'r');
      return handle.createReadStream({ ...range, highWaterMark: READ_BUFFER_BYTES });
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new AppError('not_found', NO_FILE, {}, { cause: error });
    }
  }

  async stat(key: string): Promise<{ size: number } | null> {
    const object = await this.find(key);
    return object && { size: object.size };
  }

  async delete(key: string): Promise<void> {
    await rm(this.pathOf(key), { force: true });
  }

  async *list(after = ''): AsyncGenerator<StoredObject> {
    // The shards are the first characters of the keys, so that walking them in order gives the keys in order.
    for (const first of await shards(this.root, after.slice(0, 2))) {
      for (const second of await shards(
        join(this.root, first),
        after.startsWith(first) ? after.slice(2, 4) : '',
      )) {
        for (const key of await sortedNames(join(this.root, first, second))) {
          const found = key > after && key.startsWith(first + second) && isStorageKey(key);
          const object = found && (await this.find(key));
          if (object) yield object;
        }
      }
    }
  }

  async sweep({ isLeft = false }: SweepOptions = {}): Promise<void> {
    const names = await readdir(this.temporary).catch(() => []);
    for (const name of names) {
      const path = join(this.temporary, name);
      if (isLeft || (await isAbandoned(path, name))) await rm(path, { force: true });
    }
  }

  private async find(key: string): Promise<StoredObject | null> {
    try {
      const { size, mtime } = await stat(this.pathOf(key));
      return { key, size, storedAt: mtime };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  private pathOf(key: string): string {
    if (!isStorageKey(key)) throw new AppError('not_found', NO_FILE);
    return join(this.root, key.slice(0, 2), key.slice(2, 4), key);
  }

  private temporaryName(): string {
    return [HOST_MARK, process.pid, PROCESS_MARK, randomBytes(8).toString('hex')].join('.');
  }
}

/** Makes the rename itself survive a power cut. Not every platform can sync a folder. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** @param from the first that is wanted */
async function shards(folder: string, from: string): Promise<string[]> {
  return (await sortedNames(folder)).filter((name) => /^[0-9a-z]{2}$/.test(name) && name >= from);
}

async function sortedNames(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    // A file where a folder should be is none of ours.
    if (isMissing(error) || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

async function isAbandoned(path: string, name: string): Promise<boolean> {
  const [host, pid, mark] = name.split('.');
  if (host === HOST_MARK && isGone(Number(pid), mark)) return true;
  const entry = await stat(path).catch(() => undefined);
  return entry !== undefined && Date.now() - entry.mtimeMs > ABANDONED_AFTER_MS;
}

function isGone(pid: number, mark: string | undefined): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (pid === process.pid) return mark !== PROCESS_MARK;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;
const isMissing = (error: unknown) => codeOf(error) === 'ENOENT';
