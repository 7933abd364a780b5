import { Readable } from 'node:stream';
import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { Actor } from '#libs/accounts';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { UrlSource } from '../fetch/url-source.service.js';
import { FilesService, type StoredFile, tooLarge } from '../records/files.service.js';
import {
  INGEST_ATTEMPTS,
  INGEST_QUEUE,
  type IngestProgress,
  INLINE_LIMIT_BYTES,
  INLINE_LIMIT_MS,
} from './ingest-rules.js';
import { IngestWait } from './ingest-wait.service.js';
import { IngestsRepository } from './ingests.repository.js';

export interface IngestMeta {
  /** As given by the caller; default is what the response or the URL suggests. */
  fileName?: string;
  /** As declared by the caller; default is what the response declares. What the bytes say wins over both. */
  contentType?: string;
}

export interface IngestOptions {
  /** Ends the waiting, and the fetch with it. */
  signal: AbortSignal;
  onProgress?: (progress: IngestProgress) => void;
}

/** Thrown inside an inline fetch that turns out to be one for the worker. */
class TooMuchForInline extends Error {}

/** Brings the file behind a URL into the storage. */
@Injectable()
export class IngestService {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @InjectQueue(INGEST_QUEUE) private readonly queue: Queue,
    private readonly sources: UrlSource,
    private readonly files: FilesService,
    private readonly ingests: IngestsRepository,
    private readonly waits: IngestWait,
  ) {}

  /**
   * Fetches small files at once. From 8 MiB on, or when it takes longer than 10 s, a job in the worker does it and
   * this call waits for the job; the worker starts from the first byte again.
   * @throws AppError `unreachable_url`, `blocked_url`, `file_too_large`, `invalid_file`, `storage_full`, `cancelled`
   */
  async ingest(actor: Actor, url: string, meta: IngestMeta, options: IngestOptions): Promise<StoredFile> {
    this.sources.assertFetchable(url);
    const small = await this.fetchInline(actor, url, meta, options);
    return small ?? this.fetchInWorker(actor, url, meta, options);
  }

  /** @returns null when the file is too much for this process */
  private async fetchInline(
    actor: Actor,
    url: string,
    meta: IngestMeta,
    { signal, onProgress }: IngestOptions,
  ): Promise<StoredFile | null> {
    const slow = AbortSignal.timeout(INLINE_LIMIT_MS);
    try {
      const source = await this.sources.open(url, AbortSignal.any([signal, slow]));
      const length = source.contentLength;
      if (length !== undefined && length >= INLINE_LIMIT_BYTES) {
        source.stream.destroy();
        if (length > this.config.MAX_FILE_BYTES) throw tooLarge(this.config.MAX_FILE_BYTES);
        return null;
      }
      const file = await this.files.store(
        actor,
        Readable.from(untilLimit(source.stream), { objectMode: false }),
        {
          fileName: meta.fileName ?? source.fileName,
          contentType: meta.contentType ?? source.contentType,
        },
      );
      onProgress?.({ receivedBytes: file.size, totalBytes: file.size });
      return file;
    } catch (error) {
      if (error instanceof TooMuchForInline) return null;
      if (slow.aborted && !signal.aborted && error instanceof AppError && error.code === 'cancelled')
        return null;
      throw error;
    }
  }

  private async fetchInWorker(
    actor: Actor,
    url: string,
    meta: IngestMeta,
    options: IngestOptions,
  ): Promise<StoredFile> {
    const { id } = await this.ingests.create({
      userId: actor.userId,
      url,
      fileName: meta.fileName ?? null,
      contentType: meta.contentType ?? null,
    });
    const outcome = this.waits.wait(id, options);
    // A caller who goes away while the job is still being queued must not be an unhandled rejection.
    outcome.catch(() => undefined);
    try {
      await this.queue.add(
        INGEST_QUEUE,
        { ingestId: id },
        { jobId: id, attempts: INGEST_ATTEMPTS, backoff: { type: 'fixed', delay: 1_000 } },
      );
    } catch (cause) {
      await this.ingests.fail(id, new AppError('unavailable'));
      throw new AppError('unavailable', undefined, {}, { cause });
    }
    return outcome;
  }
}

async function* untilLimit(source: Readable): AsyncGenerator<Buffer> {
  let received = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received >= INLINE_LIMIT_BYTES) throw new TooMuchForInline();
    yield chunk;
  }
}
