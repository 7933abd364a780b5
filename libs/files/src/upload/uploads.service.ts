import { Inject, Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, LessThanOrEqual, MoreThan, Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { mediaType } from '../content/content-type.js';
import { cleanFileName } from '../content/file-name.js';
import { PendingFiles } from '../limits/pending-files.service.js';
import { mediaUrl } from '../media/media-url.js';
import { tooLarge } from '../records/files.service.js';
import { NO_ID } from '../records/no-id.js';
import { newStorageKey } from '../storage/storage-key.js';
import { checkParts, type ClaimedPart } from './part-rules.js';
import type { StorageTransfer } from './storage-transfer.service.js';
import { UploadClosing } from './upload-closing.service.js';
import { fileMeta } from './upload-meta.js';
import {
  LARGEST_MULTIPART_BYTES,
  LONGEST_PUT_MS,
  MULTIPART_LIFETIME_MS,
  URL_LIFETIME_MS,
} from './upload-rules.js';
import { UploadTransfers } from './upload-transfers.service.js';
import { Upload } from './upload.entity.js';
import { UploadedFiles } from './uploaded-files.service.js';

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
  private readonly logger = new Logger(UploadsService.name);

  constructor(
    @InjectRepository(Upload) private readonly uploads: Repository<Upload>,
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly transfers: UploadTransfers,
    private readonly closing: UploadClosing,
    private readonly uploaded: UploadedFiles,
    private readonly pending: PendingFiles,
  ) {}

  /** For one PUT. @throws AppError `file_too_large`, `invalid_request`; `storage_quota_exceeded`, as {@link announce} */
  announceSingle(actor: Actor, file: AnnouncedFile): Promise<Upload> {
    return this.announce(actor, file, false, this.config.MAX_FILE_BYTES, URL_LIFETIME_MS);
  }

  /** For many parts. @throws AppError as {@link announceSingle} */
  announceMultipart(actor: Actor, file: AnnouncedFile): Promise<Upload> {
    return this.announce(actor, file, true, LARGEST_MULTIPART_BYTES, MULTIPART_LIFETIME_MS);
  }

  /** Where the file of an upload is, or will be. */
  fileUrl(upload: Upload): string {
    return mediaUrl(this.config, upload.key);
  }

  /** Until then the file of an upload is kept. */
  fileExpiry(upload: Upload): Date {
    return fileMeta(upload, this.config).expiresAt;
  }

  /** Where to PUT the whole file. */
  uploadUrl(upload: Upload): Promise<string> {
    return this.transfers.of(upload).fileUrl(upload);
  }

  /** Where to PUT one part. @throws AppError `not_found`, as {@link find} */
  async partUrl(actor: Actor, reference: UploadReference, partNumber: number): Promise<string> {
    const upload = await this.find(actor, reference);
    return this.transfers.of(upload).partUrl(upload, partNumber);
  }

  /**
   * Joins the parts to the file. Asking again after success answers the same; asking while another does it waits.
   * @throws AppError `invalid_request` with every part that is missing, too small or not what was stored;
   * `storage_quota_exceeded`, `too_many_uploads`: the parts stay, for another try
   */
  async complete(actor: Actor, reference: UploadReference, claimed: ClaimedPart[]): Promise<Upload> {
    const upload = await this.find(actor, reference);
    if (!upload.completedAt) await this.closing.complete(upload, () => this.join(upload, claimed));
    return upload;
  }

  async abort(actor: Actor, reference: UploadReference): Promise<void> {
    const upload = await this.find(actor, reference);
    if (upload.completedAt) throw new AppError('conflict', 'This upload is completed already.');
    await this.closing.remove(upload);
  }

  /** Forgets uploads whose time is over, with the parts that they left. What has come whole becomes a file. */
  async deleteExpired(): Promise<void> {
    for (let after = NO_ID, batch = BATCH; batch === BATCH;) {
      const expired = await this.uploads.find({
        where: { expiresAt: LessThanOrEqual(new Date()), id: MoreThan(after) },
        order: { id: 'ASC' },
        take: BATCH,
      });
      for (const upload of expired) {
        await this.expire(upload).catch((error: unknown) =>
          this.logger.warn(`expired upload ${upload.id}: ${String(error)}`),
        );
      }
      after = expired.at(-1)?.id ?? after;
      batch = expired.length;
    }
  }

  /** True when a file may yet be made of what has come for the upload with this key. */
  isAwaited(key: string): Promise<boolean> {
    return this.uploads.existsBy({ key, completedAt: IsNull() });
  }

  /** @throws AppError `not_found` for an upload that is not the actor's, or is over */
  private async find(actor: Actor, { uploadId, uploadKey }: UploadReference): Promise<Upload> {
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

  private async join(upload: Upload, claimed: ClaimedPart[]): Promise<void> {
    const transfer = this.transfers.of(upload);
    const stored = await transfer.parts(upload);
    await transfer.join(upload, stored && checkParts(claimed, stored, upload.size));
  }

  /** What waits and has no room now goes with the upload: nobody kept it free, and there is no other end. */
  private async expire(upload: Upload): Promise<void> {
    const hasCome = await this.uploaded.accept(upload).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'storage_quota_exceeded') return true;
      throw error;
    });
    if (hasCome || !this.mayStillCome(upload)) await this.closing.remove(upload);
  }

  /** A storage looks at the clock only when a PUT begins, and nothing tells of one that is under way. */
  private mayStillCome({ multipart, completedAt, expiresAt }: Upload): boolean {
    if (multipart || completedAt || !this.transfers.direct) return false;
    return Date.now() - expiresAt.getTime() < LONGEST_PUT_MS;
  }

  /** Bytes that go past this server cannot be stopped on their way, so what cannot fit is refused here. */
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
    const { direct } = this.transfers;
    const upload = await this.uploads.manager.transaction(async (manager) => {
      if (direct) await this.pending.assertRoom(actor.userId, size, manager);
      return manager.save(this.uploads.create(facts));
    });
    return direct && multipart ? this.startParts(upload, direct) : upload;
  }

  private async startParts(upload: Upload, direct: StorageTransfer): Promise<Upload> {
    try {
      const multipartId = await direct.startParts(upload.key);
      return await this.uploads.save({ ...upload, multipartId });
    } catch (error) {
      await this.uploads.delete({ id: upload.id });
      throw error;
    }
  }
}
