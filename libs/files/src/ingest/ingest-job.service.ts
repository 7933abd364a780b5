import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError, toAppError } from '#libs/errors';
import { EventBus } from '#libs/queue';
import { UrlSource } from '../fetch/url-source.service.js';
import { FilesService, type StoredFile, tooLarge } from '../records/files.service.js';
import { newStorageKey } from '../storage/storage-key.js';
import type { Ingest } from './ingest.entity.js';
import { HEARTBEAT_MS, type IngestEvent, ingestTopic } from './ingest-rules.js';
import { IngestsRepository } from './ingests.repository.js';

/** What the job is doing, shared between its stream and its heartbeat. */
interface Course {
  receivedBytes: number;
  totalBytes?: number;
}

/** The worker's side of an ingest. */
@Injectable()
export class IngestJob {
  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly events: EventBus,
    private readonly ingests: IngestsRepository,
    private readonly sources: UrlSource,
    private readonly files: FilesService,
  ) {}

  /**
   * Fetches, from the first byte, and writes down the outcome. An error that is the file's or the caller's fault is
   * an outcome; any other is thrown, for the queue to try again.
   * @param shutdown fires when the process ends; the job is then thrown back to the queue
   */
  async run(id: string, shutdown: AbortSignal): Promise<void> {
    const ingest = await this.ingests.start(id);
    if (!ingest) return;
    const unwanted = new AbortController();
    const course: Course = { receivedBytes: 0 };
    const heartbeat = setInterval(() => void this.beat(id, course, unwanted), HEARTBEAT_MS);
    try {
      const file = await this.fetch(ingest, course, AbortSignal.any([shutdown, unwanted.signal]));
      if (await this.ingests.finish(id, file.id, file.size)) await this.publish(id, course, true);
      else await this.files.deleteById(file.id);
    } catch (error) {
      if (unwanted.signal.aborted) return;
      if (shutdown.aborted) throw new Error('the worker is shutting down', { cause: error });
      if (!(error instanceof AppError)) throw error;
      await this.fail(id, error);
    } finally {
      clearInterval(heartbeat);
    }
  }

  /** The last word when the queue has given up. */
  async fail(id: string, cause: unknown): Promise<void> {
    const failed = await this.ingests.fail(id, toAppError(cause));
    if (failed) await this.publish(id, { receivedBytes: 0 }, true);
  }

  private async fetch(ingest: Ingest, course: Course, signal: AbortSignal): Promise<StoredFile> {
    const source = await this.sources.open(ingest.url, signal);
    course.totalBytes = source.contentLength;
    const limit = this.config.MAX_FILE_BYTES;
    if ((source.contentLength ?? 0) > limit) {
      source.stream.destroy();
      throw tooLarge(limit);
    }
    const counted = Readable.from(count(source.stream, course), { objectMode: false });
    return this.files.storeAs(newStorageKey(), ingest.userId, counted, {
      fileName: ingest.fileName ?? source.fileName,
      contentType: ingest.contentType ?? source.contentType,
    });
  }

  private async beat(id: string, course: Course, unwanted: AbortController): Promise<void> {
    try {
      const wanted = await this.ingests.progress(id, course.receivedBytes, course.totalBytes);
      if (wanted) await this.publish(id, course, false);
      else unwanted.abort();
    } catch {
      // The database is away for a moment. The next beat tries again; the fetch goes on.
    }
  }

  private publish(id: string, course: Course, done: boolean): Promise<void> {
    return this.events.publish(ingestTopic(id), { done, ...course } satisfies IngestEvent);
  }
}

async function* count(source: Readable, course: Course): AsyncGenerator<Buffer> {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    course.receivedBytes += chunk.length;
    yield chunk;
  }
}
