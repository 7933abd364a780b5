import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Not, Repository } from 'typeorm';
import { AppError } from '#libs/errors';
import { formatBytes } from '../content/byte-size.js';
import { MeasuredBytes } from '../content/byte-stream.js';
import { PendingFiles } from '../limits/pending-files.service.js';
import { STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import { UploadPart } from './upload-part.entity.js';
import { LARGEST_MULTIPART_BYTES, LARGEST_PART_BYTES } from './upload-rules.js';
import { Upload } from './upload.entity.js';

/** Parts that come through this server. Whatever dies when, the bytes have a row: of a part, or of what is pending. */
@Injectable()
export class PartStore {
  constructor(
    @InjectRepository(UploadPart) private readonly parts: Repository<UploadPart>,
    @Inject(STORAGE) private readonly storage: StorageAdapter,
    private readonly pending: PendingFiles,
  ) {}

  /**
   * @param announced bytes, when they are known
   * @returns the part's ETag, bare
   * @throws AppError `file_too_large`, `storage_full`, `storage_quota_exceeded`, `too_many_uploads`; `conflict` when
   * the upload is over; whatever `source` throws
   */
  async store(
    upload: Upload,
    partNumber: number,
    source: AsyncIterable<Buffer>,
    announced?: number,
  ): Promise<string> {
    const { id: uploadId, userId } = upload;
    const limit = Math.min(LARGEST_PART_BYTES, await roomInFile(this.parts.manager, uploadId, partNumber));
    if ((announced ?? 0) > limit) throw partTooLarge();
    // An empty key, because it comes beside the other parts of the same file.
    const arrival = { userId, fileKey: '', size: announced, isUpload: true };
    const { storageKey, room } = await this.pending.begin(arrival);
    try {
      const tooMuch = () => (limit <= room ? partTooLarge() : this.pending.noRoomLeft(room, announced));
      const bytes = new MeasuredBytes(source, Math.min(limit, room), tooMuch);
      await this.storage.put(storageKey, bytes);
      const etag = bytes.sha256();
      const earlier = await this.replace({ uploadId, partNumber, storageKey, size: bytes.size, etag });
      if (earlier) await this.drop(earlier);
      return etag;
    } catch (error) {
      await this.drop(storageKey);
      throw error;
    } finally {
      this.pending.forget(storageKey);
    }
  }

  /** @returns the storage key of the part that it replaces, which is pending from now on */
  private replace(part: UploadPart): Promise<string | undefined> {
    const { uploadId, partNumber, storageKey } = part;
    return this.parts.manager.transaction(async (manager) => {
      await lockOpen(manager, uploadId);
      if (part.size > (await roomInFile(manager, uploadId, partNumber))) throw partTooLarge();
      const earlier = await manager.findOneBy(UploadPart, { uploadId, partNumber });
      await manager.upsert(UploadPart, part, ['uploadId', 'partNumber']);
      await this.pending.end(storageKey, manager);
      if (earlier) await this.pending.note(earlier.storageKey, manager);
      return earlier?.storageKey;
    });
  }

  /** Bytes first. When this fails, the sweep of what is pending does it. */
  private async drop(storageKey: string): Promise<void> {
    await this.storage
      .delete(storageKey)
      .then(() => this.pending.remove([storageKey]))
      .catch(() => undefined);
  }
}

/** @throws AppError `conflict` unless parts may still come; nobody completes the upload before the transaction ends */
async function lockOpen(manager: EntityManager, id: string): Promise<void> {
  const open = await manager
    .createQueryBuilder(Upload, 'u')
    .where('u.id = :id AND u.completedAt IS NULL AND u.expiresAt > now()', { id })
    .andWhere('(u.claimedUntil IS NULL OR u.claimedUntil < now())')
    .setLock('pessimistic_write')
    .getOne();
  if (!open) {
    throw new AppError('conflict', 'This upload is completed, aborted or expired.');
  }
}

/** Bytes that a part may have, so that nobody fills the storage with parts of a file that can never be. */
async function roomInFile(manager: EntityManager, uploadId: string, partNumber: number): Promise<number> {
  const others = await manager.sum(UploadPart, 'size', { uploadId, partNumber: Not(partNumber) });
  return Math.max(0, LARGEST_MULTIPART_BYTES - (others ?? 0));
}

function partTooLarge(): AppError {
  const [part, file] = [formatBytes(LARGEST_PART_BYTES), formatBytes(LARGEST_MULTIPART_BYTES)];
  return new AppError('file_too_large', `A part may have at most ${part}, all parts together ${file}.`);
}
