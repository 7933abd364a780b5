import { Inject, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, MoreThan, Not, Repository } from 'typeorm';
import { AppError } from '#libs/errors';
import { formatBytes } from '../content/byte-size.js';
import type { MeasuredBytes } from '../content/byte-stream.js';
import { PendingFile } from '../records/pending-file.entity.js';
import { newStorageKey } from '../storage/storage-key.js';
import { STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import { UploadPart } from './upload-part.entity.js';
import { LARGEST_MULTIPART_BYTES, LARGEST_PART_BYTES } from './upload-rules.js';
import { Upload } from './upload.entity.js';

/** Parts that come through this server. Whatever dies when, the bytes have a row: of a part, or of what is pending. */
@Injectable()
export class PartStore {
  constructor(
    @InjectRepository(UploadPart) private readonly parts: Repository<UploadPart>,
    @InjectRepository(PendingFile) private readonly pending: Repository<PendingFile>,
    @Inject(STORAGE) private readonly storage: StorageAdapter,
  ) {}

  /** Bytes that a part may have, so that nobody fills the disk with parts of a file that can never be. */
  async roomFor(uploadId: string, partNumber: number): Promise<number> {
    return room(this.parts.manager, uploadId, partNumber);
  }

  /** @returns the part's ETag, bare */
  async store(uploadId: string, partNumber: number, bytes: MeasuredBytes): Promise<string> {
    const storageKey = newStorageKey();
    await this.pending.insert({ storageKey });
    try {
      await this.storage.put(storageKey, bytes);
      const etag = bytes.sha256();
      const earlier = await this.replace({ uploadId, partNumber, storageKey, size: bytes.size, etag });
      if (earlier) await this.drop(earlier).catch(() => undefined);
      return etag;
    } catch (error) {
      await this.drop(storageKey).catch(() => undefined);
      throw error;
    }
  }

  /** @returns the storage key of the part that it replaces, which is pending from now on */
  private replace(part: UploadPart): Promise<string | undefined> {
    const { uploadId, partNumber, storageKey } = part;
    return this.parts.manager.transaction(async (manager) => {
      await lockOpen(manager, uploadId);
      if (part.size > (await room(manager, uploadId, partNumber))) throw partTooLarge();
      const earlier = await manager.findOneBy(UploadPart, { uploadId, partNumber });
      await manager.upsert(UploadPart, part, ['uploadId', 'partNumber']);
      await manager.delete(PendingFile, { storageKey });
      if (earlier) await manager.insert(PendingFile, { storageKey: earlier.storageKey });
      return earlier?.storageKey;
    });
  }

  /** Bytes first. When this fails, the sweep of what is pending does it. */
  private async drop(storageKey: string): Promise<void> {
    await this.storage.delete(storageKey);
    await this.pending.delete({ storageKey });
  }
}

/** @throws AppError `conflict` unless parts may still come; nobody completes the upload before the transaction ends */
async function lockOpen(manager: EntityManager, id: string): Promise<void> {
  const upload = await manager.findOne(Upload, {
    where: { id, completedAt: IsNull(), expiresAt: MoreThan(new Date()) },
    lock: { mode: 'pessimistic_write' },
  });
  if (!upload || (upload.claimedUntil && upload.claimedUntil > new Date())) {
    throw new AppError('conflict', 'This upload is completed, aborted or expired.');
  }
}

async function room(manager: EntityManager, uploadId: string, partNumber: number): Promise<number> {
  const others = await manager.sum(UploadPart, 'size', { uploadId, partNumber: Not(partNumber) });
  return Math.max(0, LARGEST_MULTIPART_BYTES - (others ?? 0));
}

export function partTooLarge(): AppError {
  const [part, file] = [formatBytes(LARGEST_PART_BYTES), formatBytes(LARGEST_MULTIPART_BYTES)];
  return new AppError('file_too_large', `A part may have at most ${part}, all parts together ${file}.`);
}
