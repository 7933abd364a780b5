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

  /** The way past this server, which every upload takes where there is one; null where there is none. */
  get direct(): StorageTransfer | null {
    return this.storage.isPossible ? this.storage : null;
  }

  /** The way that this upload began. */
  of({ multipart, multipartId }: Upload): UploadTransfer {
    const direct = multipart ? multipartId !== null : this.storage.isPossible;
    return direct ? this.storage : this.server;
  }
}
