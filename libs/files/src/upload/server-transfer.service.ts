import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { FilesService, type StoredFile } from '../records/files.service.js';
import type { StoredPart } from '../storage/direct-storage.port.js';
import { isNotFound } from '../storage/not-found.js';
import { STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import { bytesOf } from './part-rules.js';
import { fileMeta } from './upload-meta.js';
import { UploadPart } from './upload-part.entity.js';
import { LARGEST_MULTIPART_BYTES } from './upload-rules.js';
import type { UploadTransfer } from './upload-transfer.port.js';
import { UploadUrls } from './upload-urls.service.js';
import type { Upload } from './upload.entity.js';

/** Bytes come through this server, over URLs that it signs itself; each part is an object of its own until the end. */
@Injectable()
export class ServerTransfer implements UploadTransfer {
  constructor(
    @InjectRepository(UploadPart) private readonly rows: Repository<UploadPart>,
    @Inject(STORAGE) private readonly storage: StorageAdapter,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly urls: UploadUrls,
    private readonly files: FilesService,
  ) {}

  async fileUrl({ key, contentType, size }: Upload): Promise<string> {
    return this.urls.file(key, contentType, size);
  }

  async partUrl({ key, id }: Upload, partNumber: number): Promise<string> {
    return this.urls.part(key, id, partNumber);
  }

  parts({ id }: Upload): Promise<UploadPart[]> {
    return this.rows.find({ where: { uploadId: id }, order: { partNumber: 'ASC' } });
  }

  join(upload: Upload, parts: StoredPart[] | null): Promise<StoredFile> {
    const stored = (parts ?? []) as UploadPart[];
    const joined = Readable.from(this.read(stored), { objectMode: false });
    return this.files.storeAs(upload.key, upload.userId, joined, {
      ...fileMeta(upload, this.config),
      maxBytes: LARGEST_MULTIPART_BYTES,
      announcedBytes: bytesOf(stored),
    });
  }

  /** Bytes first: when the process dies in between, the sweep finds the rows and goes on. */
  async discard({ id: uploadId }: Upload): Promise<void> {
    const parts = await this.rows.findBy({ uploadId });
    for (const { storageKey } of parts) await this.storage.delete(storageKey);
    await this.rows.delete({ uploadId });
  }

  private async *read(parts: UploadPart[]): AsyncGenerator<Buffer> {
    for (const { storageKey, partNumber } of parts) {
      const stream = await this.storage.open(storageKey).catch((error: unknown) => {
        if (!isNotFound(error)) throw error;
        const message = `Part ${partNumber} was replaced or removed meanwhile. Complete the upload again.`;
        throw new AppError('conflict', message, {}, { cause: error });
      });
      yield* stream as AsyncIterable<Buffer>;
    }
  }
}
