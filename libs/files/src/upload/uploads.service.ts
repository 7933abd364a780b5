import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThanOrEqual, Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { mediaType } from '../content/content-type.js';
import { cleanFileName } from '../content/file-name.js';
import { mediaUrl } from '../media/media-url.js';
import { expiryOf } from '../records/expiry.js';
import { FilesService, tooLarge } from '../records/files.service.js';
import { newStorageKey } from '../storage/storage-key.js';
import { STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import { checkParts, type ClaimedPart } from './part-rules.js';
import { UploadPart } from './upload-part.entity.js';
import { LARGEST_MULTIPART_BYTES, MULTIPART_LIFETIME_MS, URL_LIFETIME_MS } from './upload-rules.js';
import { Upload } from './upload.entity.js';

/** Uploads swept at a time. */
const BATCH = 100;

export interface AnnouncedFile {
  fileName: string;
  contentType: string;
  /** Exact bytes, when the client knows. */
  size?: number;
}

/** Names a multipart upload of the caller. */
export interface UploadReference {
  uploadId: string;
  uploadKey: string;
}

/** Direct uploads: announced here, carried by signed URLs, completed here. */
@Injectable()
export class UploadsService {
  constructor(
    @InjectRepository(Upload) private readonly uploads: Repository<Upload>,
    @InjectRepository(UploadPart) private readonly parts: Repository<UploadPart>,
    @Inject(STORAGE) private readonly storage: StorageAdapter,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly files: FilesService,
  ) {}

  /** For one PUT. @throws AppError `file_too_large`, `invalid_request` */
  announceSingle(actor: Actor, file: AnnouncedFile): Promise<Upload> {
    return this.announce(actor, file, false, this.config.MAX_FILE_BYTES, URL_LIFETIME_MS);
  }

  /** For many parts. @throws AppError `file_too_large`, `invalid_request` */
  announceMultipart(actor: Actor, file: AnnouncedFile): Promise<Upload> {
    return this.announce(actor, file, true, LARGEST_MULTIPART_BYTES, MULTIPART_LIFETIME_MS);
  }

  /** Where the file of an upload is, or will be. */
  fileUrl(upload: Upload): string {
    return mediaUrl(this.config, upload.key);
  }

  /** Until then the file of an upload is kept. */
  fileExpiry({ createdAt }: Upload): Date {
    return expiryOf(this.config, false, createdAt);
  }

  /** @throws AppError `not_found` for an upload that is not the actor's, or is over */
  async find(actor: Actor, { uploadId, uploadKey }: UploadReference): Promise<Upload> {
    const upload = await this.uploads.findOneBy({
      id: uploadId,
      key: uploadKey,
      userId: actor.userId,
      multipart: true,
    });
    const over = !upload || (upload.expiresAt.getTime() <= Date.now() && !upload.completedAt);
    if (over) throw new AppError('not_found', 'There is no such upload, or it has expired.');
    return upload;
  }

  /**
   * Joins the parts to the file. Asking again after success answers the same.
   * @throws AppError `invalid_request` with every part that is missing, too small or not what was stored
   */
  async complete(actor: Actor, reference: UploadReference, claimed: ClaimedPart[]): Promise<Upload> {
    const upload = await this.find(actor, reference);
    if (upload.completedAt) return upload;
    const stored = await this.parts.find({ where: { uploadId: upload.id }, order: { partNumber: 'ASC' } });
    const parts = checkParts(claimed, stored, upload.size);
    const joined = Readable.from(this.join(parts), { objectMode: false });
    await this.files.storeAs(upload.key, upload.userId, joined, {
      fileName: upload.fileName,
      contentType: upload.contentType,
      maxBytes: LARGEST_MULTIPART_BYTES,
      expiresAt: this.fileExpiry(upload),
    });
    await this.uploads.update({ id: upload.id }, { completedAt: new Date() });
    await this.deleteParts(upload.id);
    return upload;
  }

  async abort(actor: Actor, reference: UploadReference): Promise<void> {
    const upload = await this.find(actor, reference);
    if (upload.completedAt) throw new AppError('conflict', 'This upload is completed already.');
    await this.remove(upload.id);
  }

  /** Forgets uploads whose time is over, with the parts that they left. */
  async deleteExpired(): Promise<void> {
    for (let batch = BATCH; batch === BATCH;) {
      const expired = await this.uploads.find({
        where: { expiresAt: LessThanOrEqual(new Date()) },
        take: BATCH,
      });
      for (const { id } of expired) await this.remove(id);
      batch = expired.length;
    }
  }

  private async announce(
    actor: Actor,
    { fileName, contentType, size }: AnnouncedFile,
    multipart: boolean,
    limit: number,
    lifetime: number,
  ): Promise<Upload> {
    const type = mediaType(contentType);
    if (!type)
      throw new AppError('invalid_request', `"${contentType}" is not a media type such as image/png.`);
    if (size !== undefined && size > limit) throw tooLarge(limit);
    const facts = {
      key: newStorageKey(),
      userId: actor.userId,
      fileName: cleanFileName(fileName),
      contentType: type,
      size: size ?? null,
      multipart,
      expiresAt: new Date(Date.now() + lifetime),
    };
    return this.uploads.save(this.uploads.create(facts));
  }

  private async *join(parts: UploadPart[]): AsyncGenerator<Buffer> {
    for (const { storageKey } of parts) {
      yield* (await this.storage.open(storageKey)) as AsyncIterable<Buffer>;
    }
  }

  /** Bytes first: when the process dies in between, the sweep finds the rows and goes on. */
  private async deleteParts(uploadId: string): Promise<void> {
    const parts = await this.parts.findBy({ uploadId });
    for (const { storageKey } of parts) await this.storage.delete(storageKey);
    await this.parts.delete({ uploadId });
  }

  private async remove(uploadId: string): Promise<void> {
    await this.deleteParts(uploadId);
    await this.uploads.delete({ id: uploadId });
  }
}
