import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, Repository } from 'typeorm';
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
   * @throws AppError `file_too_large`, `invalid_file` to the first who asks for a file that may not be;
   * `storage_quota_exceeded`, `too_many_uploads` while its owner has no room for it
   */
  async find(key: string): Promise<FileRecord | null> {
    const file = await this.files.findByKey(key);
    if (file) return file;
    const upload = await this.uploads.findOneBy({ key, multipart: false, completedAt: IsNull() });
    return upload && (await this.accept(upload)) ? this.files.findByKey(key) : null;
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
