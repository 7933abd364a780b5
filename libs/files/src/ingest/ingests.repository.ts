import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, LessThan, type QueryDeepPartialEntity, Repository } from 'typeorm';
import type { AppError } from '#libs/errors';
import { Ingest, type IngestStatus } from './ingest.entity.js';
import { INGEST_KEPT_MS } from './ingest-rules.js';

const UNFINISHED: IngestStatus[] = ['QUEUED', 'RUNNING'];

/** The status transitions of an ingest. Each is one conditional UPDATE, so the first of two writers wins. */
@Injectable()
export class IngestsRepository {
  constructor(@InjectRepository(Ingest) private readonly rows: Repository<Ingest>) {}

  async create(facts: Pick<Ingest, 'userId' | 'url' | 'fileName' | 'contentType'>): Promise<Ingest> {
    const { identifiers } = await this.rows.insert(facts);
    return this.rows.findOneByOrFail({ id: (identifiers[0] as { id: string }).id });
  }

  find(id: string): Promise<Ingest | null> {
    return this.rows.findOneBy({ id });
  }

  /** A worker takes it, also from one that died. @returns null when it is finished or cancelled */
  async start(id: string): Promise<Ingest | null> {
    const started = await this.move(id, UNFINISHED, {
      status: 'RUNNING',
      receivedBytes: 0,
      totalBytes: null,
    });
    return started ? this.find(id) : null;
  }

  /** @returns false when nobody wants it any more */
  progress(id: string, receivedBytes: number, totalBytes?: number): Promise<boolean> {
    return this.move(id, ['RUNNING'], { receivedBytes, totalBytes: totalBytes ?? null });
  }

  /** @returns false when nobody wants it any more */
  finish(id: string, fileId: string, size: number): Promise<boolean> {
    return this.move(id, ['RUNNING'], { status: 'DONE', fileId, receivedBytes: size, totalBytes: size });
  }

  fail(id: string, error: AppError): Promise<boolean> {
    const { code, message, details } = error;
    return this.move(id, UNFINISHED, {
      status: 'FAILED',
      error: { code, message, nextStep: details.nextStep },
    });
  }

  /** An operator has the queue try it again. The file is stored for its user, although nobody waits for it any more. */
  reopen(id: string): Promise<boolean> {
    return this.move(id, ['FAILED'], { status: 'QUEUED', error: null });
  }

  cancel(id: string): Promise<boolean> {
    return this.move(id, UNFINISHED, { status: 'CANCELLED' });
  }

  async deleteOld(): Promise<void> {
    await this.rows.delete({ updatedAt: LessThan(new Date(Date.now() - INGEST_KEPT_MS)) });
  }

  private async move(
    id: string,
    from: IngestStatus[],
    changes: QueryDeepPartialEntity<Ingest>,
  ): Promise<boolean> {
    const { affected } = await this.rows.update(
      { id, status: In(from) },
      { ...changes, updatedAt: new Date() },
    );
    return affected === 1;
  }
}
