import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import pLimit from 'p-limit';
import { MoreThan, Repository } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { FileRecord } from '../records/file.entity.js';
import { createStorage, type StorageKind } from '../storage/create-storage.js';
import type { StorageAdapter } from '../storage/storage.port.js';

/** Rows read at a time, and files under way at once. */
const BATCH = 200;
const AT_ONCE = 4;
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** What became of one file. */
export interface MovedFile {
  storageKey: string;
  /** Bytes. */
  size: number;
  /** `missing`: its bytes are in neither storage. `damaged`: they are not those that were stored once; left alone. */
  outcome: 'copied' | 'present' | 'missing' | 'damaged';
}

export interface MoveOptions {
  to: StorageKind;
  /** Deletes each file from where it was once its copy is verified. */
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

  /** @throws AppError `invalid_request` when the settings do not allow it; `storage_full`, `unavailable` */
  async run({ to, deleteSource, onStart, onFile }: MoveOptions): Promise<void> {
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

  private async move(file: FileRecord, { from, to, deleteSource }: Ends): Promise<MovedFile> {
    const { storageKey, size } = file;
    const copied = (await isWhole(to, file)) ? 'present' : await copy(file, from, to);
    const outcome =
      copied === 'missing' && !(await this.records.existsBy({ id: file.id })) ? 'present' : copied;
    // A file that was deleted while it was copied.
    if (outcome === 'copied' && !(await this.records.existsBy({ id: file.id }))) await to.delete(storageKey);
    if (deleteSource && (outcome === 'copied' || outcome === 'present')) await from.delete(storageKey);
    return { storageKey, size, outcome };
  }
}

/** Copies, reads back what it copied, and keeps it only if it is the file that was stored once. */
async function copy(
  file: FileRecord,
  from: StorageAdapter,
  to: StorageAdapter,
): Promise<'copied' | 'missing' | 'damaged'> {
  const { storageKey } = file;
  if (!(await from.stat(storageKey))) return 'missing';
  await to.put(storageKey, await from.open(storageKey));
  if (await isWhole(to, file)) return 'copied';
  await to.delete(storageKey);
  return 'damaged';
}

async function isWhole(storage: StorageAdapter, { storageKey, size, sha256 }: FileRecord): Promise<boolean> {
  if ((await storage.stat(storageKey))?.size !== size) return false;
  const hash = createHash('sha256');
  for await (const chunk of await storage.open(storageKey)) hash.update(chunk as Buffer);
  return hash.digest('hex') === sha256;
}
