import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, IsNull, Repository } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { ownMediaKey } from '../media/media-url.js';
import type { FileRecord } from '../records/file.entity.js';
import { FilesService } from '../records/files.service.js';
import { StorageTransfer } from './storage-transfer.service.js';
import { UploadClosing } from './upload-closing.service.js';
import { Upload } from './upload.entity.js';

/**
 * Files by their public key. Nobody tells this server when a client has put a whole file into the storage itself:
 * whoever first asks for the file finds it there, and it is looked at then.
 */
@Injectable()
export class UploadedFiles {
  constructor(
    @InjectRepository(Upload) private readonly uploads: Repository<Upload>,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly files: FilesService,
    private readonly direct: StorageTransfer,
    private readonly closing: UploadClosing,
  ) {}

  /**
   * @returns null when there is none, or when it has expired
   * @throws AppError `file_too_large`, `invalid_file` to the first who asks for a file that may not be; `conflict`
   * while its owner has no room for it, who alone may know why
   */
  async find(key: string): Promise<FileRecord | null> {
    const file = await this.files.findByKey(key);
    if (file) return file;
    const upload = await this.uploads.findOneBy({ key, multipart: false, completedAt: IsNull() });
    if (!upload) return null;
    const hasCome = await this.accept(upload).catch((error: unknown) => {
      throw error instanceof AppError && error.code === 'storage_quota_exceeded' ? notYet(error) : error;
    });
    return hasCome ? this.files.findByKey(key) : null;
  }

  /**
   * Forgets what waits for an upload of this user, without a look at it.
   * @param alongside part of the same transaction
   * @returns null when nothing waits, or it has become a file
   * @throws AppError `conflict` while it becomes one
   */
  async removeWaiting(
    userId: string,
    key: string,
    alongside: (upload: Upload, manager: EntityManager) => Promise<void>,
  ): Promise<Upload | null> {
    const upload = await this.uploads.findOneBy({ key, userId, multipart: false, completedAt: IsNull() });
    if (!upload || !(await this.direct.isWaiting(upload))) return null;
    const isRemoved = await this.closing.removeOpen(upload, (manager) => alongside(upload, manager));
    return isRemoved ? upload : null;
  }

  /**
   * Which of these URLs lead to a file of this server that is not there any more. Other URLs never do.
   * @param known URLs of files that are there for certain
   */
  async goneUrls(urls: string[], known: readonly string[] = []): Promise<Set<string>> {
    const keys = new Map<string, string>();
    for (const url of urls) {
      const key = known.includes(url) ? null : ownMediaKey(url, this.config);
      if (key !== null) keys.set(url, key);
    }
    if (keys.size === 0) return new Set();
    const there = await this.files.findKeys([...keys.values()]);
    const missing = [...keys].filter(([, key]) => !there.has(key));
    if (missing.length === 0) return new Set();
    const waiting = await this.keysThatWait(missing.map(([, key]) => key));
    return new Set(missing.filter(([, key]) => !waiting.has(key)).map(([url]) => url));
  }

  /** Makes a file of what waits for this upload. @returns false when nothing does */
  async accept(upload: Upload): Promise<boolean> {
    if (!(await this.direct.isWaiting(upload))) return false;
    try {
      await this.closing.complete(upload, () => this.direct.accept(upload));
      return true;
    } catch (error) {
      const refused = error instanceof AppError && ['file_too_large', 'invalid_file'].includes(error.code);
      if (refused) await this.closing.remove(upload);
      throw error;
    }
  }

  private async keysThatWait(keys: string[]): Promise<Set<string>> {
    const waiting = new Set<string>();
    const where = { key: In(keys), multipart: false, completedAt: IsNull() };
    for (const upload of await this.uploads.find({ where })) {
      if (await this.direct.isWaiting(upload)) waiting.add(upload.key);
    }
    return waiting;
  }
}

/** What anyone may know who has the URL. */
function notYet(cause: AppError): AppError {
  const message = 'This file has arrived, but is not available yet. Ask again later.';
  const nextStep = 'Its owner sees with GET /storage/usage whether there is room for it.';
  return new AppError('conflict', message, { nextStep, retryAfterSeconds: 60 }, { cause });
}
