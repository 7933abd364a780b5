import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Repository } from 'typeorm';
import { AppError } from '#libs/errors';
import type { FileRecord } from '../records/file.entity.js';
import { FilesService } from '../records/files.service.js';
import { UploadClosing } from './upload-closing.service.js';
import { UploadTransfers } from './upload-transfers.service.js';
import { Upload } from './upload.entity.js';

/**
 * Files by their public key. Nobody tells this server when a client has put a whole file into the storage itself:
 * whoever first asks for the file finds it there, and it is looked at then.
 */
@Injectable()
export class UploadedFiles {
  constructor(
    @InjectRepository(Upload) private readonly uploads: Repository<Upload>,
    private readonly files: FilesService,
    private readonly transfers: UploadTransfers,
    private readonly closing: UploadClosing,
  ) {}

  /**
   * @returns null when there is none, or when it has expired
   * @throws AppError `file_too_large`, `invalid_file` to the first who asks for a file that may not be
   */
  async find(key: string): Promise<FileRecord | null> {
    const file = await this.files.findByKey(key);
    if (file) return file;
    const upload = await this.uploads.findOneBy({ key, multipart: false, completedAt: IsNull() });
    return upload && (await this.accept(upload)) ? this.files.findByKey(key) : null;
  }

  /** Makes a file of what has come for this upload. @returns false when nothing has */
  async accept(upload: Upload): Promise<boolean> {
    if (!(await this.transfers.hasCome(upload))) return false;
    try {
      await this.closing.complete(upload, () => this.transfers.take(upload));
      return true;
    } catch (error) {
      const refused = error instanceof AppError && ['file_too_large', 'invalid_file'].includes(error.code);
      if (refused) await this.closing.remove(upload);
      throw error;
    }
  }
}
