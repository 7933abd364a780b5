import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import pLimit from 'p-limit';
import { In, MoreThan, Repository } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { FileRecord } from '../records/file.entity.js';
import { NO_ID } from '../records/no-id.js';
import { createStorage, type StorageKind } from '../storage/create-storage.js';
import { isNotFound } from '../storage/not-found.js';
import type { StorageAdapter } from '../storage/storage.port.js';

/** Rows read at a time, and files under way at once. */
const BATCH = 200;
const AT_ONCE = 4;

/** What became of one file. */
export interface MovedFile {
  storageKey: string;
  /** Bytes. */
  size: number;
  /**
   * `deleted`: there is no such file any more. `missing`: its bytes are in neither storage. `damaged`: they are not
   * those that were stored once; left alone. `failed`: the source does not give them, or does not let go of them.
   */
  outcome: 'copied' | 'present' | 'deleted' | 'missing' | 'damaged' | 'failed';
  /** Why it failed, in the words of the source. */
  reason?: string;
}

export interface MoveOptions {
  to: StorageKind;
  /** Deletes each file from where it was once its copy is verified, and in the end all that no file has. */
  deleteSource: boolean;
  /** Called once before the first file. */
  onStart: (files: number, bytes: number) => void;
  onFile: (file: MovedFile) => void;
}

interface Ends {
  from: StorageAdapter;
  to: StorageAdapter;
  deleteSource: boolean;
}

/**
 * Copies every file from one storage to the other, while the server runs or not. Nothing is remembered between two
 * runs: what is in the target already is read and compared, not copied again, so a run that broke off is simply
 * started again, and a second one after the switch brings what came meanwhile.
 */
@Injectable()
export class StorageMove {
  constructor(
    @InjectRepository(FileRecord) private readonly records: Repository<FileRecord>,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * What is wrong with one file does not keep the others from being moved.
   * @returns how many things were deleted from the source that no file has
   * @throws AppError `invalid_request` when the settings do not allow it; of the target `storage_full`, `unavailable`
   */
  async run({ to, deleteSource, onStart, onFile }: MoveOptions): Promise<number> {
    const ends = await this.ends(to, deleteSource);
    onStart(await this.records.count(), (await this.records.sum('size')) ?? 0);
    const limit = pLimit(AT_ONCE);
    for (let after = NO_ID, more = true; more;) {
      const batch = await this.records.find({
        where: { id: MoreThan(after) },
        order: { id: 'ASC' },
        take: BATCH,
      });
      const moves = batch.map((file) => limit(async () => onFile(await this.move(file, ends))));
      // Nothing may be under way any more when this ends, well or not: the next run would meet it.
      await Promise.allSettled(moves);
      await Promise.all(moves);
      after = batch.at(-1)?.id ?? after;
      more = batch.length === BATCH;
    }
    return deleteSource ? this.empty(ends.from) : 0;
  }

  private async ends(to: StorageKind, deleteSource: boolean): Promise<Ends> {
    if (!this.config.S3_BUCKET) {
      // Without a bucket no file was ever anywhere else.
      if (to === 'disk') throw new AppError('invalid_request', 'The files are on the disk already.');
      throw new AppError('invalid_request', 'Set S3_BUCKET and the other S3_… settings first.');
    }
    if (deleteSource && this.config.STORAGE !== to) {
      const message = `--delete is for a server that uses the new storage already: set STORAGE=${to} first.`;
      throw new AppError('invalid_request', message);
    }
    const from = to === 's3' ? 'disk' : 's3';
    const [source, target] = [await createStorage(this.config, from), await createStorage(this.config, to)];
    return { from: source, to: target, deleteSource };
  }

  private async move(file: FileRecord, ends: Ends): Promise<MovedFile> {
    const { storageKey, size } = file;
    try {
      return { storageKey, size, outcome: await this.bring(file, ends) };
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      return { storageKey, size, outcome: 'failed', reason: error.message };
    }
  }

  private async bring(file: FileRecord, { from, to, deleteSource }: Ends): Promise<MovedFile['outcome']> {
    const { id, storageKey } = file;
    const copied = (await isWhole(to, file)) ? 'present' : await copy(file, from, to);
    const outcome = (await this.records.existsBy({ id })) ? copied : 'deleted';
    // Whoever deleted it may have done so before the copy was there.
    if (outcome === 'deleted') await to.delete(storageKey);
    const isDone = outcome !== 'missing' && outcome !== 'damaged';
    if (deleteSource && isDone) await from.delete(storageKey).catch(sourceFailed);
    return outcome;
  }

  /**
   * Of files that were deleted or have expired since they were copied the source still has the bytes, and of uploads
   * that began there whatever came. Nothing else would ever look for them there.
   */
  private async empty(from: StorageAdapter): Promise<number> {
    let deleted = 0;
    let keys: string[] = [];
    for await (const { key } of from.list()) {
      if (keys.push(key) < BATCH) continue;
      deleted += await this.deleteUnowned(from, keys);
      keys = [];
    }
    deleted += await this.deleteUnowned(from, keys);
    await from.sweep({ isLeft: true });
    return deleted;
  }

  private async deleteUnowned(from: StorageAdapter, storageKeys: string[]): Promise<number> {
    const select = { storageKey: true } as const;
    const files = await this.records.find({ select, where: { storageKey: In(storageKeys) } });
    const owned = new Set(files.map(({ storageKey }) => storageKey));
    const unowned = storageKeys.filter((key) => !owned.has(key));
    for (const key of unowned) await from.delete(key);
    return unowned.length;
  }
}

/** An error of the source concerns one file; one of the target concerns all. */
class SourceError extends Error {}

function sourceFailed(cause: unknown): never {
  throw new SourceError(cause instanceof Error ? cause.message : String(cause), { cause });
}

/** Copies, reads back what it copied, and keeps it only if it is the file that was stored once. */
async function copy(
  file: FileRecord,
  from: StorageAdapter,
  to: StorageAdapter,
): Promise<'copied' | 'missing' | 'damaged'> {
  const { storageKey } = file;
  const stream = await from
    .open(storageKey)
    .catch((error: unknown) => (isNotFound(error) ? null : sourceFailed(error)));
  if (!stream) return 'missing';
  await to.put(storageKey, readSource(stream));
  if (await isWhole(to, file)) return 'copied';
  await to.delete(storageKey);
  return 'damaged';
}

async function* readSource(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    sourceFailed(error);
  }
}

async function isWhole(storage: StorageAdapter, file: FileRecord): Promise<boolean> {
  try {
    if ((await storage.stat(file.storageKey))?.size !== file.size) return false;
    const hash = createHash('sha256');
    for await (const chunk of await storage.open(file.storageKey)) hash.update(chunk as Buffer);
    return hash.digest('hex') === file.sha256;
  } catch (error) {
    // Deleted between the two looks.
    if (isNotFound(error)) return false;
    throw error;
  }
}
