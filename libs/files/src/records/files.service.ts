import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThanOrEqual, MoreThan, Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { batchedReads } from '#libs/database';
import { AppError } from '#libs/errors';
import { formatBytes } from '../content/byte-size.js';
import { MeasuredBytes, peek } from '../content/byte-stream.js';
import { resolveContentType, SNIFF_BYTES } from '../content/content-type.js';
import { cleanFileName } from '../content/file-name.js';
import { mediaUrl } from '../media/media-url.js';
import { newStorageKey } from '../storage/storage-key.js';
import { type ByteRange, STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import { FileRecord } from './file.entity.js';
import { PendingFile } from './pending-file.entity.js';

const DAY_MS = 86_400_000;

/** No file takes so long to arrive. */
const ABANDONED_AFTER_MS = DAY_MS;

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
  /** Default: FILE_TTL_DAYS from now. */
  expiresAt?: Date;
}

/** Bytes that the storage got past this server, and the file that they are to be. */
export interface AdoptedBytes {
  key: string;
  userId: string;
  storageKey: string;
}

type Findings = Pick<FileRecord, 'requestId' | 'fileName' | 'contentType' | 'size' | 'sha256' | 'expiresAt'>;

/** Stored files: their bytes in the storage, their facts in the database. */
@Injectable()
export class FilesService {
  private readonly readByRequest = batchedReads<string, StoredFile[]>(async (ids) => {
    const files = await this.listByRequests([...ids]);
    return ids.map((id) => files.get(id) ?? null);
  });

  constructor(
    @InjectRepository(FileRecord) private readonly records: Repository<FileRecord>,
    @InjectRepository(PendingFile) private readonly pending: Repository<PendingFile>,
    @Inject(STORAGE) private readonly storage: StorageAdapter,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
  ) {}

  /**
   * Stores a stream or a local file: all of it or nothing.
   * @throws AppError `file_too_large`, `invalid_file` (empty), `storage_full`; whatever the source throws
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
    const storageKey = newStorageKey();
    try {
      const findings = await this.inspect(stream, meta, async (bytes) => {
        await this.pending.insert({ storageKey });
        await this.storage.put(storageKey, bytes);
      });
      return await this.record({ key, storageKey, userId, ...findings });
    } catch (error) {
      return await this.takeBack(storageKey, error);
    } finally {
      stream.destroy();
    }
  }

  /**
   * Makes a file of bytes that the storage has, or gets by `place`. They are read once, for what they are and their
   * hash. What fails for a moment may be tried again with the same bytes; those that no file may have are deleted.
   * @throws AppError `file_too_large`, `invalid_file` (empty), `unavailable`; whatever `place` throws
   */
  async adopt(
    { key, userId, storageKey }: AdoptedBytes,
    place: () => Promise<void>,
    meta: FileMeta,
  ): Promise<StoredFile> {
    await this.pending.createQueryBuilder().insert().values({ storageKey }).orIgnore().execute();
    try {
      await place();
      const stream = await this.storage.open(storageKey);
      const findings = await this.inspect(stream, meta, readThrough).finally(() => stream.destroy());
      return await this.record({ key, storageKey, userId, ...findings });
    } catch (error) {
      // Another attempt that was believed dead may have made the file: then these bytes are its.
      if (await this.records.existsBy({ storageKey })) await this.pending.delete({ storageKey });
      else if (isVerdict(error)) return await this.takeBack(storageKey, error);
      throw error;
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

  /** The files of one request, in the order in which they were stored. */
  async listByRequest(requestId: string): Promise<StoredFile[]> {
    return (await this.readByRequest(requestId)) ?? [];
  }

  /** @returns an entry for each request that has files */
  async listByRequests(ids: string[]): Promise<Map<string, StoredFile[]>> {
    const files = new Map<string, StoredFile[]>();
    if (ids.length === 0) return files;
    const records = await this.records.find({ where: { requestId: In(ids) }, order: { createdAt: 'ASC' } });
    for (const record of records) {
      const requestId = record.requestId ?? '';
      files.set(requestId, [...(files.get(requestId) ?? []), this.view(record)]);
    }
    return files;
  }

  async deleteByRequest(requestId: string): Promise<void> {
    await this.delete(await this.records.findBy({ requestId }));
  }

  /** Takes back a file that nobody was told about. */
  async deleteById(id: string): Promise<void> {
    await this.delete(await this.records.findBy({ id }));
  }

  /**
   * Deletes up to `limit` files whose time is over.
   * @returns how many there were
   */
  async deleteExpired(limit: number): Promise<number> {
    const expired = await this.records.find({
      where: { expiresAt: LessThanOrEqual(new Date()) },
      take: limit,
    });
    await this.delete(expired);
    return expired.length;
  }

  /** Removes bytes whose writer died before there was a file of them. */
  async deleteAbandoned(limit: number): Promise<number> {
    const before = new Date(Date.now() - ABANDONED_AFTER_MS);
    const abandoned = await this.pending.find({ where: { createdAt: LessThanOrEqual(before) }, take: limit });
    for (const { storageKey } of abandoned) await this.storage.delete(storageKey);
    if (abandoned.length > 0)
      await this.pending.delete({ storageKey: In(abandoned.map(({ storageKey }) => storageKey)) });
    return abandoned.length;
  }

  /** Bytes first: when the process dies in between, the row is still there and the next sweep finishes. */
  private async delete(records: FileRecord[]): Promise<void> {
    for (const record of records) await this.storage.delete(record.storageKey);
    if (records.length > 0) await this.records.delete({ id: In(records.map(({ id }) => id)) });
  }

  /** Finds out what a file is while `consume` reads it. */
  private async inspect(
    stream: Readable,
    meta: FileMeta,
    consume: (bytes: MeasuredBytes) => Promise<void>,
  ): Promise<Findings> {
    const { head, whole } = await peek(stream, SNIFF_BYTES);
    if (head.length === 0) throw new AppError('invalid_file', 'The file is empty.');
    const { contentType, extension } = await resolveContentType(head, meta.contentType);
    const limit = meta.maxBytes ?? this.config.MAX_FILE_BYTES;
    const bytes = new MeasuredBytes(whole, limit, () => tooLarge(limit));
    await consume(bytes);
    return {
      requestId: meta.requestId ?? null,
      fileName: cleanFileName(meta.fileName, extension),
      contentType,
      size: bytes.size,
      sha256: bytes.sha256(),
      expiresAt: meta.expiresAt ?? new Date(Date.now() + this.config.FILE_TTL_DAYS * DAY_MS),
    };
  }

  /** Makes the file and ends its being pending, in one transaction. */
  private record(facts: Omit<FileRecord, 'id' | 'createdAt'>): Promise<StoredFile> {
    return this.records.manager.transaction(async (manager) => {
      const { affected } = await manager.delete(PendingFile, { storageKey: facts.storageKey });
      if (affected !== 1)
        throw new Error(`the bytes of ${facts.storageKey} were swept while they were written`);
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
      return this.view({ ...facts, id: row.id });
    });
  }

  /** Bytes first, as in {@link delete}. If that fails too, the sweep does it. */
  private async takeBack(storageKey: string, reason: unknown): Promise<never> {
    await this.storage
      .delete(storageKey)
      .then(() => this.pending.delete({ storageKey }))
      .catch(() => undefined);
    throw reason;
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
