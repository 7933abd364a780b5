import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { FilesService, type StoredFile, tooLarge } from '../records/files.service.js';
import type { DirectStorage, StoredPart } from '../storage/direct-storage.port.js';
import { isNotFound } from '../storage/not-found.js';
import { newStorageKey } from '../storage/storage-key.js';
import { STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import { bytesOf } from './part-rules.js';
import { fileMeta } from './upload-meta.js';
import { LARGEST_MULTIPART_BYTES, URL_LIFETIME_MS } from './upload-rules.js';
import type { UploadTransfer } from './upload-transfer.port.js';
import type { Upload } from './upload.entity.js';

const URL_LIFETIME_SECONDS = URL_LIFETIME_MS / 1_000;

/** Bytes go from the client to the storage, over URLs that the storage checks. Only where it can do that. */
@Injectable()
export class StorageTransfer implements UploadTransfer {
  constructor(
    @Inject(STORAGE) private readonly storage: StorageAdapter,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly files: FilesService,
  ) {}

  /** False when this server's storage takes no bytes from clients: then no upload can begin or end this way. */
  get isPossible(): boolean {
    return this.storage.direct !== null;
  }

  fileUrl({ key, contentType, size }: Upload): Promise<string> {
    return this.direct.signPut(key, { contentType, size }, URL_LIFETIME_SECONDS);
  }

  /** @returns the storage's id of a new multipart upload under this key */
  startParts(key: string): Promise<string> {
    return this.direct.startParts(key);
  }

  partUrl(upload: Upload, partNumber: number): Promise<string> {
    return this.direct.signPart(upload.key, idOf(upload), partNumber, URL_LIFETIME_SECONDS);
  }

  async parts(upload: Upload): Promise<StoredPart[] | null> {
    try {
      return await this.direct.listParts(upload.key, idOf(upload));
    } catch (error) {
      if (isNotFound(error) && (await this.storage.stat(upload.key))) return null;
      throw error;
    }
  }

  /** The object stands under the public key, because a multipart upload has its place from its start. */
  async join(upload: Upload, parts: StoredPart[] | null): Promise<StoredFile> {
    const { key, userId } = upload;
    const place = async () => {
      if (parts) await this.direct.joinParts(key, idOf(upload), parts);
    };
    const announcedBytes = parts ? bytesOf(parts) : (await this.storage.stat(key))?.size;
    const meta = { ...fileMeta(upload, this.config), maxBytes: LARGEST_MULTIPART_BYTES, announcedBytes };
    return this.files.adopt({ key, userId, storageKey: key, isUpload: true, isOnlyCopy: true }, place, meta);
  }

  /** True for a single upload that the storage has the bytes of, and that nobody has accepted yet. */
  async isWaiting({ key, multipart, completedAt }: Upload): Promise<boolean> {
    if (multipart || completedAt || !this.storage.direct) return false;
    return (await this.storage.direct.statWaiting(key)) !== null;
  }

  /**
   * Makes the file of what waits for a single upload.
   * @throws AppError `file_too_large`, `invalid_file`, `storage_quota_exceeded`
   */
  async accept(upload: Upload): Promise<StoredFile> {
    const { key, userId } = upload;
    const limit = this.config.MAX_FILE_BYTES;
    const announcedBytes = (await this.direct.statWaiting(key))?.size;
    if ((announcedBytes ?? 0) > limit) throw tooLarge(limit);
    // The length is signed, but not every service holds its clients to it.
    if (upload.size !== null && announcedBytes !== undefined && announcedBytes !== upload.size) {
      const message = `The file has ${announcedBytes} bytes, ${upload.size} were announced.`;
      throw new AppError('invalid_file', message);
    }
    const storageKey = newStorageKey();
    const place = () => this.direct.accept(key, storageKey);
    const meta = { ...fileMeta(upload, this.config), announcedBytes };
    const bytes = { key, userId, storageKey, isUpload: false, isOnlyCopy: false };
    return this.files.adopt(bytes, place, meta);
  }

  /** What another storage has, from before the server was moved, goes with the move's end. */
  async discard({ key, multipartId }: Upload): Promise<void> {
    if (multipartId) await this.storage.direct?.abortParts(key, multipartId);
    else await this.storage.direct?.discard(key);
  }

  private get direct(): DirectStorage {
    if (this.storage.direct) return this.storage.direct;
    throw new AppError('not_found', 'This upload began on another storage. Begin it again.');
  }
}

function idOf({ multipartId }: Upload): string {
  return multipartId ?? '';
}
