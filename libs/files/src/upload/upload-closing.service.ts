import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, Repository } from 'typeorm';
import { AppError } from '#libs/errors';
import { FilesService } from '../records/files.service.js';
import { TAKEN, UploadClaims } from './upload-claims.service.js';
import { COMPLETION_WAIT_MS } from './upload-rules.js';
import { UploadTransfers } from './upload-transfers.service.js';
import { Upload } from './upload.entity.js';

/** How often one who waits for another to complete the same upload looks. */
const LOOK_MS = 200;

/** The end of an upload, as a file or as nothing, reached once however many ask for it. */
@Injectable()
export class UploadClosing {
  private readonly logger = new Logger(UploadClosing.name);

  constructor(
    @InjectRepository(Upload) private readonly uploads: Repository<Upload>,
    private readonly files: FilesService,
    private readonly claims: UploadClaims,
    private readonly transfers: UploadTransfers,
  ) {}

  /**
   * Makes the upload a file. Who comes while another is at it waits, and is answered when the file is there.
   * @param work makes the file under the upload's key
   * @throws AppError `conflict` when the other takes too long, `not_found` when it was removed; what `work` throws
   */
  async complete(upload: Upload, work: () => Promise<unknown>): Promise<void> {
    for (const deadline = Date.now() + COMPLETION_WAIT_MS; ; await sleep(LOOK_MS)) {
      const outcome = await this.claims.alone(upload.id, () => this.make(upload, work));
      if (outcome !== TAKEN) return;
      const current = await this.uploads.findOneBy({ id: upload.id });
      if (!current) throw new AppError('not_found', 'There is no such upload, or it has expired.');
      if (current.completedAt) return;
      if (Date.now() > deadline) {
        const message = 'This upload is being completed. Ask again in a moment.';
        throw new AppError('conflict', message, { retryAfterSeconds: 5 });
      }
    }
  }

  /** Forgets the upload, with its bytes. @throws AppError `conflict` when it is being completed */
  async remove(upload: Upload): Promise<void> {
    const outcome = await this.claims.alone(upload.id, async () => {
      await this.transfers.of(upload).discard(upload);
      await this.uploads.delete({ id: upload.id });
    });
    if (outcome === TAKEN && (await this.uploads.existsBy({ id: upload.id }))) {
      throw busy();
    }
  }

  /**
   * As {@link remove}, unless the upload has become a file.
   * @param alongside part of the same transaction
   * @returns whether it was removed
   */
  async removeOpen(upload: Upload, alongside: (manager: EntityManager) => Promise<void>): Promise<boolean> {
    const outcome = await this.claims.alone(upload.id, async () => {
      if (await this.files.findByKey(upload.key)) return false;
      await this.transfers.of(upload).discard(upload);
      await this.uploads.manager.transaction(async (manager) => {
        await manager.delete(Upload, { id: upload.id });
        await alongside(manager);
      });
      return true;
    });
    if (outcome !== TAKEN) return outcome;
    if (await this.uploads.existsBy({ id: upload.id, completedAt: IsNull() })) throw busy();
    return false;
  }

  private async make(upload: Upload, work: () => Promise<unknown>): Promise<void> {
    // The one before may have done it, or have died right after.
    if (!(await this.files.findByKey(upload.key))) await work();
    await this.uploads.update({ id: upload.id }, { completedAt: new Date() });
    await this.transfers
      .of(upload)
      .discard(upload)
      .catch((error: unknown) => this.logger.warn(`${String(error)}; the sweep tries again`));
  }
}

function busy(): AppError {
  return new AppError('conflict', 'This upload is being completed.', { retryAfterSeconds: 5 });
}
