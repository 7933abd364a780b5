import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Upload } from './upload.entity.js';

/** A process that died holds its uploads for no longer. */
const UNTIL = `clock_timestamp() + interval '60 seconds'`;
const RENEW_MS = 20_000;

/** Returned in place of the work's result when another one has the upload. */
export const TAKEN = Symbol('TAKEN');

interface Claim {
  /** As the database writes it; null when another has the upload. */
  until: string | null;
}

/** Lets one at a time complete or remove an upload, over all processes, without a connection held meanwhile. */
@Injectable()
export class UploadClaims {
  constructor(@InjectRepository(Upload) private readonly uploads: Repository<Upload>) {}

  /** @returns what the work returned; {@link TAKEN} when someone else is at it, or the upload is gone */
  async alone<T>(id: string, work: () => Promise<T>): Promise<T | typeof TAKEN> {
    const claim: Claim = { until: await this.claim(id) };
    if (claim.until === null) return TAKEN;
    let renewing: Promise<void> = Promise.resolve();
    const renew = () => (renewing = this.extend(id, claim).catch(() => undefined));
    const renewal = setInterval(() => void renew(), RENEW_MS);
    try {
      return await work();
    } finally {
      clearInterval(renewal);
      await renewing;
      // When this fails, time does it.
      await this.release(id, claim).catch(() => undefined);
    }
  }

  private async claim(id: string): Promise<string | null> {
    return this.set(id, UNTIL, '(claimed_until IS NULL OR claimed_until < now())', []);
  }

  /** Of who was believed dead another may have the upload meanwhile: then nothing is extended or released. */
  private async extend(id: string, claim: Claim): Promise<void> {
    claim.until = await this.set(id, UNTIL, 'claimed_until = $2::timestamptz', [claim.until]);
  }

  private async release(id: string, claim: Claim): Promise<void> {
    await this.set(id, 'NULL', 'claimed_until = $2::timestamptz', [claim.until]);
  }

  /** @returns the new end of the claim, to the microsecond, which names it; null when nothing was changed */
  private async set(id: string, until: string, which: string, values: unknown[]): Promise<string | null> {
    const [rows] = await this.uploads.query<[{ until: string }[], number]>(
      `UPDATE uploads SET claimed_until = ${until} WHERE id = $1 AND ${which} RETURNING claimed_until::text AS until`,
      [id, ...values],
    );
    return rows[0]?.until ?? null;
  }
}
