import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { HourlyRounds } from '#libs/lifecycle';
import { IngestsRepository } from '../ingest/ingests.repository.js';
import { STORAGE, type StorageAdapter } from '../storage/storage.port.js';
import { UploadsService } from '../upload/uploads.service.js';
import { FilesService } from './files.service.js';

/** Files deleted at a time, so that a sweep never holds a long list. */
const BATCH = 200;

/** Deletes what has expired: at the start and every hour. Several workers may do it at once; each step is idempotent. */
@Injectable()
export class FileSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(FileSweeper.name);
  private readonly rounds = new HourlyRounds('sweep', this.logger, () => this.sweep());

  constructor(
    @Inject(STORAGE) private readonly storage: StorageAdapter,
    private readonly files: FilesService,
    private readonly ingests: IngestsRepository,
    private readonly uploads: UploadsService,
  ) {}

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }

  async sweep(): Promise<void> {
    let deleted = 0;
    for (let batch = BATCH; batch === BATCH; deleted += batch) batch = await this.files.deleteExpired(BATCH);
    if (deleted > 0) this.logger.log(`deleted ${deleted} expired files`);
    for (let batch = BATCH; batch === BATCH;) batch = await this.files.deleteAbandoned(BATCH);
    await this.uploads.deleteExpired();
    await this.ingests.deleteOld();
    // Last, because what has come for an upload looks abandoned to the storage when no worker ran for a day.
    await this.storage.sweep({ isAwaited: (key) => this.uploads.isAwaited(key) });
  }
}
