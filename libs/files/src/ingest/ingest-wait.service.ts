import { Injectable, Logger } from '@nestjs/common';
import { AppError, toAppError } from '#libs/errors';
import { EventBus } from '#libs/queue';
import { FilesService, type StoredFile } from '../records/files.service.js';
import type { Ingest } from './ingest.entity.js';
import {
  type IngestEvent,
  type IngestProgress,
  ingestTopic,
  QUEUED_MS,
  REREAD_MS,
  SILENT_MS,
} from './ingest-rules.js';
import { IngestsRepository } from './ingests.repository.js';

interface WaitOptions {
  signal: AbortSignal;
  onProgress?: (progress: IngestProgress) => void;
}

/** Waits for an ingest job: woken by its events, with a slow re-read of the row as the safety net. */
@Injectable()
export class IngestWait {
  private readonly logger = new Logger(IngestWait.name);

  constructor(
    private readonly events: EventBus,
    private readonly ingests: IngestsRepository,
    private readonly files: FilesService,
  ) {}

  /** @throws AppError as the job ended; `cancelled` when the signal fires, which ends the job too */
  wait(id: string, { signal, onProgress }: WaitOptions): Promise<StoredFile> {
    return new Promise<StoredFile>((resolve, reject) => {
      const stop = (): void => {
        clearInterval(timer);
        unsubscribe();
        signal.removeEventListener('abort', abort);
      };
      const settle = (error: unknown, file?: StoredFile): void => {
        stop();
        if (file) resolve(file);
        else reject(toAppError(error));
      };
      const reread = (): void => {
        this.outcome(id).then(
          (file) => file && settle(undefined, file),
          (error: unknown) => this.isOutage(error) || settle(error),
        );
      };
      const abort = (): void => {
        this.ingests.cancel(id).catch((error: unknown) => this.logger.warn(`cancel ${id}: ${String(error)}`));
        settle(new AppError('cancelled'));
      };
      const timer = setInterval(reread, REREAD_MS);
      const unsubscribe = this.events.subscribe<IngestEvent>(ingestTopic(id), (event) => {
        if (event.done) reread();
        else onProgress?.({ receivedBytes: event.receivedBytes, totalBytes: event.totalBytes });
      });
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) abort();
    });
  }

  /** @returns null while it is not decided */
  private async outcome(id: string): Promise<StoredFile | null> {
    const ingest = await this.ingests.find(id);
    if (!ingest) throw new AppError('internal_error');
    if (ingest.status === 'DONE') return this.fileOf(ingest);
    if (ingest.status === 'CANCELLED') throw new AppError('cancelled');
    if (ingest.status === 'FAILED') throw errorOf(ingest);
    if (isForgotten(ingest, new Date())) {
      const error = new AppError('unavailable', 'The file was not fetched in time. Try again in a moment.');
      await this.ingests.fail(id, error);
      throw error;
    }
    return null;
  }

  private async fileOf(ingest: Ingest): Promise<StoredFile> {
    const file = ingest.fileId ? await this.files.findById(ingest.fileId) : null;
    if (!file) throw new AppError('internal_error');
    return file;
  }

  /** A database that is away for a moment decides nothing: the next re-read does. */
  private isOutage(error: unknown): boolean {
    if (error instanceof AppError) return false;
    this.logger.warn(`re-read of an ingest: ${String(error)}`);
    return true;
  }
}

/** True when no worker will ever finish it: none took it, or the one that did is gone and got no successor. */
function isForgotten(ingest: Ingest, now: Date): boolean {
  const silence = now.getTime() - ingest.updatedAt.getTime();
  return silence > (ingest.status === 'QUEUED' ? QUEUED_MS : SILENT_MS);
}

function errorOf({ error }: Ingest): AppError {
  if (!error) return new AppError('internal_error');
  return new AppError(error.code, error.message, error.nextStep ? { nextStep: error.nextStep } : {});
}
