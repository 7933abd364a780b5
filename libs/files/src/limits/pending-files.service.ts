import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, Repository } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import type { AppError } from '#libs/errors';
import { newStorageKey } from '../storage/storage-key.js';
import { PendingFile } from '../records/pending-file.entity.js';
import { LARGEST_MULTIPART_BYTES } from '../upload/upload-rules.js';
import { StorageUsage } from './storage-usage.entity.js';
import { storageLimits, tooManyBytes, tooManyFiles, tooManyUploads } from './storage-limits.js';

/** Well below the minute after which `admit_write` takes a writer for dead. */
const SIGN_OF_LIFE_MS = 15_000;

const OPEN_UPLOADS = `
  SELECT count(*) AS files, coalesce(sum(coalesce(size, CASE WHEN multipart THEN $3::bigint ELSE $2::bigint END)), 0) AS bytes
  FROM uploads WHERE user_id = $1 AND completed_at IS NULL AND expires_at > now()`;

/** Something that is to be stored. */
export interface Arrival {
  userId: string;
  /** The key of the file that it is, or is a part of. */
  fileKey: string;
  /** Bytes, when they are known before. */
  size?: number;
  /** It came from outside, and counts towards the uploads at once. */
  isUpload: boolean;
}

/** Leave to write. */
export interface Admission {
  storageKey: string;
  /** Most bytes that the user's limit leaves for it. */
  room: number;
}

interface AdmissionRow {
  refusal: 'uploads' | 'files' | 'bytes' | null;
  /** `bigint` comes as text. */
  bytes: string;
  room: string;
}

/**
 * What is being written to the storage, and whether its user may. The decision is one step for all processes: of many
 * uploads at once each sees those before it, and those that announced their size keep that much room for themselves.
 */
@Injectable()
export class PendingFiles implements OnApplicationShutdown {
  private readonly logger = new Logger(PendingFiles.name);
  private readonly writing = new Set<string>();
  private timer?: NodeJS.Timeout;

  constructor(
    @InjectRepository(PendingFile) private readonly rows: Repository<PendingFile>,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * @param storageKey of bytes that are in the storage already, or will be there under this key; whoever begins again
   * with it takes the place of the attempt before
   * @throws AppError `storage_quota_exceeded`, `too_many_uploads`
   */
  async begin(
    { userId, fileKey, size, isUpload }: Arrival,
    storageKey = newStorageKey(),
  ): Promise<Admission> {
    const limits = storageLimits(this.config);
    const [row] = await this.rows.query<AdmissionRow[]>(
      'SELECT * FROM admit_write($1, $2, $3, $4, $5, $6, $7, $8)',
      [storageKey, fileKey, userId, size ?? 0, isUpload, limits.bytes, limits.files, limits.uploads],
    );
    if (row?.refusal === 'uploads') throw tooManyUploads(this.config);
    if (row?.refusal === 'files') throw tooManyFiles(this.config);
    if (row?.refusal === 'bytes') {
      const [used, room] = [Number(row.bytes), Number(row.room)];
      throw tooManyBytes(this.config, { used, arriving: limits.bytes - used - room, wanted: size });
    }
    this.writing.add(storageKey);
    this.timer ??= setInterval(() => void this.giveSigns(), SIGN_OF_LIFE_MS).unref();
    return { storageKey, room: Number(row?.room) };
  }

  /**
   * In the transaction that announces bytes which will come past this server, where nothing can stop them: with all
   * that the user has announced they have to fit. {@link begin} decides again when they are there.
   * @param size bytes, when they are known; the announcements before count with the most that they may bring if not
   * @throws AppError `storage_quota_exceeded`
   */
  async assertRoom(userId: string, size: number | undefined, manager: EntityManager): Promise<void> {
    const limits = storageLimits(this.config);
    const usage = await lockUsage(userId, manager);
    const caps = [this.config.MAX_FILE_BYTES, LARGEST_MULTIPART_BYTES];
    const [open] = await manager.query<{ files: string; bytes: string }[]>(OPEN_UPLOADS, [userId, ...caps]);
    if (usage.files + Number(open?.files) >= limits.files) throw tooManyFiles(this.config);
    const arriving = Number(open?.bytes);
    if (usage.bytes + arriving + (size ?? 1) > limits.bytes)
      throw tooManyBytes(this.config, { used: usage.bytes, arriving, wanted: size });
  }

  /**
   * In the transaction that makes the file: the bytes are no longer pending.
   * @throws Error when they were swept meanwhile
   */
  async end(storageKey: string, manager: EntityManager): Promise<void> {
    const { affected } = await manager.delete(PendingFile, { storageKey });
    if (affected !== 1) throw new Error(`the bytes of ${storageKey} were swept while they were written`);
  }

  /** In the transaction that takes the bytes from what they were: they are to be deleted. No writer is left. */
  async note(storageKey: string, manager: EntityManager): Promise<void> {
    await manager.insert(PendingFile, { storageKey, createdAt: new Date(0) });
  }

  /**
   * In the transaction that made the file, which holds the user's count until it ends: the first file too many is
   * the one that goes, however many were written at once.
   * @param fileKey parts of this file do not count beside it
   * @throws AppError `storage_quota_exceeded`
   */
  async assertWithin(userId: string, fileKey: string, size: number, manager: EntityManager): Promise<void> {
    const limits = storageLimits(this.config);
    const usage = await manager.findOneByOrFail(StorageUsage, { userId });
    if (usage.files > limits.files) throw tooManyFiles(this.config);
    const bytes = usage.bytes + (await this.bytesInParts(userId, fileKey, manager));
    if (bytes > limits.bytes) throw tooManyBytes(this.config, { used: bytes - size, wanted: size });
  }

  /** For a stream that turns out to need more than it was given. */
  noRoomLeft(room: number, size?: number): AppError {
    return tooManyBytes(this.config, { used: this.config.MAX_STORED_BYTES_PER_USER - room, wanted: size });
  }

  /** The writer is done, one way or the other. */
  forget(storageKey: string): void {
    this.writing.delete(storageKey);
    if (this.writing.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Once their bytes are deleted. */
  async remove(storageKeys: string[]): Promise<void> {
    if (storageKeys.length > 0) await this.rows.delete({ storageKey: In(storageKeys) });
  }

  /**
   * Bytes that nobody will ever make a file of, oldest first. What a dead process left goes after an hour; the joined
   * parts of an upload wait a day for whoever completes it again.
   */
  async abandoned(limit: number): Promise<string[]> {
    const rows = await this.rows.query<{ storageKey: string }[]>(
      `SELECT storage_key AS "storageKey" FROM pending_files p
       WHERE created_at <= now() - interval '1 day' OR (
         alive_at <= now() - interval '1 hour' AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.key = p.storage_key))
       ORDER BY created_at LIMIT $1`,
      [limit],
    );
    return rows.map(({ storageKey }) => storageKey);
  }

  private async bytesInParts(userId: string, exceptKey: string, manager: EntityManager): Promise<number> {
    const [row] = await manager.query<{ bytes: string }[]>(
      `SELECT coalesce(sum(p.size), 0) AS bytes FROM uploads u JOIN upload_parts p ON p.upload_id = u.id
       WHERE u.user_id = $1 AND u.completed_at IS NULL AND u.key <> $2`,
      [userId, exceptKey],
    );
    return Number(row?.bytes ?? 0);
  }

  private async giveSigns(): Promise<void> {
    try {
      await this.rows.update({ storageKey: In([...this.writing]) }, { aliveAt: () => 'now()' });
    } catch (error) {
      this.logger.warn(`no sign of life of ${this.writing.size} uploads: ${String(error)}`);
    }
  }
}

/** One at a time announces for a user, so that each sees what was announced before. */
async function lockUsage(userId: string, manager: EntityManager): Promise<StorageUsage> {
  await manager.createQueryBuilder().insert().into(StorageUsage).values({ userId }).orIgnore().execute();
  const lock = { mode: 'pessimistic_write' } as const;
  return manager.findOneOrFail(StorageUsage, { where: { userId }, lock });
}
