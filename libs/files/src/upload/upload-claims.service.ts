import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Upload } from './upload.entity.js';

/** A process that died holds its uploads for no longer. */
const CLAIM_SECONDS = 60;
const RENEW_MS = 20_000;

/** Returned in place of the work's result when another one has the upload. */
export const TAKEN = Symbol('TAKEN');

/** Lets one at a time complete or remove an upload, over all processes, without a connection held meanwhile. */
@Injectable()
export class UploadClaims {
  constructor(@InjectRepository(Upload) private readonly uploads: Repository<Upload>) {}

  /** @returns what the work returned; {@link TAKEN} when someone else is at it, or the upload is gone */
  async alone<T>(id: string, work: () => Promise<T>): Promise<T | typeof TAKEN> {
    if (!(await this.claim(id))) return TAKEN;
    const renewal = setInterval(() => void this.extend(id).catch(() => undefined), RENEW_MS);
    try {
      return await work();
    } finally {
      clearInterval(renewal);
      // When this fails, time does it.
      await this.uploads.update({ id }, { claimedUntil: null }).catch(() => undefined);
    }
  }

  private async claim(id: string): Promise<boolean> {
    const { affected } = await this.uploads
      .createQueryBuilder()
      .update()
      .set({ claimedUntil: () => `now() + interval '${CLAIM_SECONDS} seconds'` })
      .where('id = :id AND (claimed_until IS NULL OR claimed_until < now())', { id })
      .execute();
    return affected === 1;
  }

  private async extend(id: string): Promise<void> {
    await this.uploads.update({ id }, { claimedUntil: () => `now() + interval '${CLAIM_SECONDS} seconds'` });
  }
}
