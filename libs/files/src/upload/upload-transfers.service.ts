import { Injectable } from '@nestjs/common';
import { ServerTransfer } from './server-transfer.service.js';
import { StorageTransfer } from './storage-transfer.service.js';
import type { UploadTransfer } from './upload-transfer.port.js';
import type { Upload } from './upload.entity.js';

/** Chooses the way of an upload's bytes: past this server where the storage can do that. */
@Injectable()
export class UploadTransfers {
  constructor(
    private readonly server: ServerTransfer,
    private readonly storage: StorageTransfer,
  ) {}

  /** True when the bytes of new uploads go past this server. */
  get arePastServer(): boolean {
    return this.storage.isPossible;
  }

  /** The way that this upload began. */
  of({ multipart, multipartId }: Upload): UploadTransfer {
    const direct = multipart ? multipartId !== null : this.storage.isPossible;
    return direct ? this.storage : this.server;
  }

  /** @returns what to keep as the upload's `multipartId` */
  async startParts(key: string): Promise<string | null> {
    return this.storage.isPossible ? this.storage.startParts(key) : null;
  }

  /** True for a single upload whose bytes the storage has taken without our knowing. */
  async hasCome({ key, multipart, completedAt }: Upload): Promise<boolean> {
    return !multipart && !completedAt && this.storage.isPossible && this.storage.hasCome(key);
  }

  /** What {@link StorageTransfer.take} does. */
  async take(upload: Upload): Promise<void> {
    await this.storage.take(upload);
  }
}
