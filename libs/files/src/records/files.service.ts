import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { isUUID } from 'class-validator';
import { type EntityManager, In, MoreThan, Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { batchedReads } from '#libs/database';
import { AppError } from '#libs/errors';
import { formatBytes } from '../content/byte-size.js';
import { MeasuredBytes, peek } from '../content/byte-stream.js';
import { resolveContentType, SNIFF_BYTES } from '../content/content-type.js';
import { cleanFileName } from '../content/file-name.js';
import { type Admission, PendingFiles } from '../limits/pending-files.service.js';
import { mediaUrl } from '../media/media-url.js';
import { newStorageKey } from '../storage/storage-key.js';
import { type ByteRange, STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import { DELETE_FILES, type DeletedFile } from './delete-files.sql.js';
import { FOR_EVER } from './for-ever.js';
import { expiryOf } from './expiry.js';
import { FileRecord } from './file.entity.js';

/** A file that is stored whole and can be read by its URL. */
export interface StoredFile {
  id: string;
  /** Unguessable; the last segment of `url`. */
  key: string;
  /** `PUBLIC_URL/media/<key>`. */
  url: string;
  fileName: string;
  contentType: string;
  /** Bytes. */
  size: number;
  /** Hex. */
  sha256: string;
  expiresAt: Date;
}

export interface FileMeta {
  /** As given by the caller; it is cleaned. */
  fileName?: string;
  /** As declared; what the bytes say wins. */
  contentType?: string;
  /** The inference request that made the file. */
  requestId?: string;
  /** Most bytes; default is the upload cap of the configuration. */
  maxBytes?: number;
  /** Bytes that are said to come: so much room is kept for them. */
  announcedBytes?: number;
  /** Default: FILE_TTL_DAYS from now, for what a request made no longer than the request itself. */
  expiresAt?: Date;
}

/** Bytes that the storage got past this server, and the file that they are to be. */
export interface AdoptedBytes {
  key: string;
  userId: string;
  storageKey: string;
  /** Their owner brings them now, which counts towards the uploads at once; someone who looks at them does not. */
  isUpload: boolean;
  /** Nothing else has them: unless no file may be made of them they stay, for another attempt. */
  isOnlyCopy: boolean;
}

type Findings = Pick<FileRecord, 'requestId' | 'fileName' | 'contentType' | 'size' | 'sha256' | 'expiresAt'>;

/** Stored files: their bytes in the storage, their facts in the database. */
@Injectable()
export class FilesService {
  private readonly readByRequest = batchedReads<string, StoredFile[]>(async (ids) => {
    const files = await this.listByRequests([...ids]);
    return ids.map((id) => files.get(id) ?? null);
  });

  private readonly logger = new Logger(FilesService.name);

  constructor(
    @InjectRepository(FileRecord) private readonly records: Repository<FileRecord>,
    @Inject(STORAGE) private readonly storage: StorageAdapter,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly pending: PendingFiles,
  ) {}

  /**
   * Stores a stream or a local file: all of it or nothing.
   * @throws AppError `file_too_large`, `invalid_file` (empty), `storage_full`, `storage_quota_exceeded`,
   * `too_many_uploads`; whatever the source throws
   */
  store(actor: Actor, source: Readable | { path: string }, meta: FileMeta): Promise<StoredFile> {
    return this.storeAs(newStorageKey(), actor.userId, source, meta);
  }

  /** As {@link store}, under a key that was promised before; `conflict` when there is a file under it already. */
  async storeAs(
    key: string,
    userId: string,
    source: Readable | { path: string },
    meta: FileMeta,
  ): Promise<StoredFile> {
    const stream = source instanceof Readable ? source : openLocal(source.path);
    // What breaks before it is read is thrown by the reading.
    stream.on('error', () => undefined);
    try {
      const isUpload = meta.requestId === undefined;
      const arrival = { userId, fileKey: key, size: meta.announcedBytes, isUpload };
      const admission = await this.pending.begin(arrival);
      const { storageKey } = admission;
      try {
        const findings = await this.inspect(stream, meta, admission, (bytes) =>
          this.storage.put(storageKey, bytes),
        );
        return await this.record({ key, storageKey, userId, ...findings });
      } catch (error) {
        await this.takeBack(storageKey);
        throw error;
      } finally {
        this.pending.forget(storageKey);
      }
    } finally {
      stream.destroy();
    }
  }

  /**
   * Makes a file of bytes that the storage has, or gets by `place`, when the user's limits leave room for them. They
   * are read once, for what they are and their hash.
   * @param meta `announcedBytes` are what the storage has
   * @throws AppError `file_too_large`, `invalid_file` (empty), `storage_quota_exceeded`, `too_many_uploads`,
   * `unavailable`; whatever `place` throws
   */
  async adopt(
    { key, userId, storageKey, isUpload, isOnlyCopy }: AdoptedBytes,
    place: () => Promise<void>,
    meta: FileMeta,
  ): Promise<StoredFile> {
    const arrival = { userId, fileKey: key, size: meta.announcedBytes, isUpload };
    const admission = await this.pending.begin(arrival, storageKey);
    try {
      await place();
      const stream = await this.storage.open(storageKey);
      const inspection = this.inspect(stream, meta, admission, readThrough);
      const findings = await inspection.finally(() => stream.destroy());
      return await this.record({ key, storageKey, userId, ...findings });
    } catch (error) {
      // Another attempt that was believed dead may have made the file: then these bytes are its.
      if (await this.records.existsBy({ storageKey })) await this.pending.remove([storageKey]);
      else if (!isOnlyCopy || isVerdict(error)) await this.takeBack(storageKey);
      throw error;
    } finally {
      this.pending.forget(storageKey);
    }
  }

  /** @returns null when there is none, or when it has expired */
  findByKey(key: string): Promise<FileRecord | null> {
    return this.records.findOneBy({ key, expiresAt: MoreThan(new Date()) });
  }

  /** @returns null when there is none */
  async findById(id: string): Promise<StoredFile | null> {
    const record = await this.records.findOneBy({ id });
    return record && this.view(record);
  }

  /** @throws AppError `not_found` when the bytes are gone */
  open(file: FileRecord, range?: ByteRange): Promise<Readable> {
    return this.storage.open(file.storageKey, range);
  }

  /** Which of these keys have a file that has not expired. */
  async findKeys(keys: string[]): Promise<Set<string>> {
    const where = { key: In(keys), expiresAt: MoreThan(new Date()) };
    return new Set((await this.records.find({ select: { key: true }, where })).map(({ key }) => key));
  }

  /** The files of one request that are still there, in the order in which they were stored. */
  async listByRequest(requestId: string): Promise<StoredFile[]> {
    return (await this.readByRequest(requestId)) ?? [];
  }

  /** @returns an entry for each request that has files */
  async listByRequests(ids: string[]): Promise<Map<string, StoredFile[]>> {
    const files = new Map<string, StoredFile[]>();
    if (ids.length === 0) return files;
    const where = { requestId: In(ids), expiresAt: MoreThan(new Date()) };
    const records = await this.records.find({ where, order: { createdAt: 'ASC' } });
    for (const record of records) {
      const requestId = record.requestId ?? '';
      files.set(requestId, [...(files.get(requestId) ?? []), this.view(record)]);
    }
    return files;
  }

  async deleteByRequest(requestId: string): Promise<void> {
    await this.deleteByRequests([requestId]);
  }

  async deleteByRequests(requestIds: string[]): Promise<void> {
    await this.deleteBytes(await this.records.query<DeletedFile[]>(DELETE_FILES.ofRequests, [requestIds]));
  }

  /** Deletes files whose bytes are not what they should be. */
  async deleteByStorageKeys(storageKeys: string[]): Promise<void> {
    await this.deleteBytes(
      await this.records.query<DeletedFile[]>(DELETE_FILES.byStorageKeys, [storageKeys]),
    );
  }

  /** Takes back a file that nobody was told about. */
  async deleteById(id: string): Promise<void> {
    await this.deleteBytes(await this.records.query<DeletedFile[]>(DELETE_FILES.byIds, [[id]]));
  }

  /**
   * Deletes the file that its owner no longer wants. From the commit on nobody gets it, whatever becomes of the bytes.
   * @param idOrKey the file's id, or the last segment of its URL
   * @param alongside part of the same transaction
   * @throws AppError `not_found`, also for another user's file
   */
  async deleteOwn(
    userId: string,
    idOrKey: string,
    alongside: (file: DeletedFile, manager: EntityManager) => Promise<void>,
  ): Promise<DeletedFile> {
    const id = isUUID(idOrKey) ? idOrKey : null;
    const file = await this.records.manager.transaction(async (manager) => {
      const values = [userId, idOrKey, id, FOR_EVER];
      const [deleted] = await manager.query<DeletedFile[]>(DELETE_FILES.own, values);
      if (!deleted) throw await this.whyNotDeleted(userId, id === null ? { key: idOrKey } : { id });
      await alongside(deleted, manager);
      return deleted;
    });
    await this.deleteBytes([file]);
    return file;
  }

  private async whyNotDeleted(userId: string, file: { id: string } | { key: string }): Promise<AppError> {
    const isKept = await this.records.existsBy({ ...file, userId });
    return isKept
      ? new AppError('conflict', 'This file came with the catalogue, so it stays.')
      : new AppError('not_found', 'There is no such file of yours.');
  }

  /**
   * Deletes up to `limit` files whose time is over.
   * @returns how many there were
   */
  async deleteExpired(limit: number): Promise<number> {
    const expired = await this.records.query<DeletedFile[]>(DELETE_FILES.expired, [limit]);
    await this.deleteBytes(expired);
    return expired.length;
  }

  /** Removes bytes whose writer died before there was a file of them, or that a deleted file left. */
  async deleteAbandoned(limit: number): Promise<number> {
    const abandoned = await this.pending.abandoned(limit);
    for (const storageKey of abandoned) await this.storage.delete(storageKey);
    await this.pending.remove(abandoned);
    return abandoned.length;
  }

  /** Their rows are gone and the bytes noted as pending, so what cannot be deleted now is left to the next sweep. */
  private async deleteBytes(files: DeletedFile[]): Promise<void> {
    const deleted: string[] = [];
    try {
      for (const { storageKey } of files) {
        await this.storage.delete(storageKey);
        deleted.push(storageKey);
      }
    } catch (error) {
      this.logger.warn(
        `the bytes of ${files.length - deleted.length} deleted files stay for now: ${String(error)}`,
      );
    }
    await this.pending.remove(deleted);
  }

  /** Finds out what a file is while `consume` reads it. */
  private async inspect(
    stream: Readable,
    meta: FileMeta,
    { room }: Admission,
    consume: (bytes: MeasuredBytes) => Promise<void>,
  ): Promise<Findings> {
    const { head, whole } = await peek(stream, SNIFF_BYTES);
    if (head.length === 0) throw new AppError('invalid_file', 'The file is empty.');
    const { contentType, extension } = await resolveContentType(head, meta.contentType);
    const limit = meta.maxBytes ?? this.config.MAX_FILE_BYTES;
    const tooMuch = () =>
      limit <= room ? tooLarge(limit) : this.pending.noRoomLeft(room, meta.announcedBytes);
    const bytes = new MeasuredBytes(whole, Math.min(limit, room), tooMuch);
    await consume(bytes);
    const isOutput = meta.requestId !== undefined;
    return {
      requestId: meta.requestId ?? null,
      fileName: cleanFileName(meta.fileName, extension),
      contentType,
      size: bytes.size,
      sha256: bytes.sha256(),
      expiresAt: meta.expiresAt ?? expiryOf(this.config, isOutput),
    };
  }

  /** Makes the file and ends its being pending, in one transaction. */
  private record(facts: Omit<FileRecord, 'id' | 'createdAt'>): Promise<StoredFile> {
    return this.records.manager.transaction(async (manager) => {
      await this.pending.end(facts.storageKey, manager);
      const inserted = await manager
        .createQueryBuilder()
        .insert()
        .into(FileRecord)
        .values(facts)
        .orIgnore()
        .returning(['id'])
        .execute();
      const [row] = inserted.raw as { id: string }[];
      if (!row) throw new AppError('conflict', 'This file was uploaded already.');
      await this.pending.assertWithin(facts.userId, facts.key, facts.size, manager);
      return this.view({ ...facts, id: row.id });
    });
  }

  /** Bytes first. If that fails too, the sweep does it. */
  private async takeBack(storageKey: string): Promise<void> {
    await this.storage
      .delete(storageKey)
      .then(() => this.pending.remove([storageKey]))
      .catch(() => undefined);
  }

  private view(record: Omit<FileRecord, 'createdAt'>): StoredFile {
    const { id, key, fileName, contentType, size, sha256, expiresAt } = record;
    return { id, key, url: mediaUrl(this.config, key), fileName, contentType, size, sha256, expiresAt };
  }
}

/** The refusal of a file over the cap, with the way out. */
export function tooLarge(limit: number): AppError {
  return new AppError('file_too_large', `The file exceeds the ${formatBytes(limit)} upload cap.`, {
    nextStep: 'Use the direct multipart upload for larger files: POST /storage/upload/initiate-multipart.',
  });
}

function openLocal(path: string): Readable {
  return createReadStream(path, { highWaterMark: 1024 * 1024 });
}

async function readThrough(bytes: MeasuredBytes): Promise<void> {
  for await (const chunk of bytes) void chunk;
}

/** True when the bytes are to blame. */
function isVerdict(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'file_too_large' || error.code === 'invalid_file');
}
