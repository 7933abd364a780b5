import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { FilesService } from '#libs/files';
import { RequestLifecycleRepository } from '../request-lifecycle.repository.js';

const HOUR_MS = 3_600_000;
/** Requests deleted at a time. */
const BATCH = 200;

/**
 * Deletes finished requests that are older than the operator keeps them, with the files that they made: at the start
 * and every hour. Files first: what dies in between is finished by the next round.
 */
@Injectable()
export class RequestRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(RequestRetention.name);
  private timer?: NodeJS.Timeout;
  private running?: Promise<void>;
  private stopped = false;

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    private readonly lifecycle: RequestLifecycleRepository,
    private readonly files: FilesService,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.REQUEST_TTL_DAYS === 0) return;
    const start = (): void => {
      this.running = this.sweep().catch((error: unknown) => this.logger.warn(`sweep: ${String(error)}`));
    };
    this.timer = setInterval(start, HOUR_MS).unref();
    start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  async sweep(): Promise<void> {
    const days = this.config.REQUEST_TTL_DAYS;
    if (days === 0) return;
    let deleted = 0;
    for (let batch = BATCH; batch === BATCH && !this.stopped; deleted += batch) {
      const requestIds = await this.lifecycle.finishedBefore(days, BATCH);
      await this.files.deleteByRequests(requestIds);
      await this.lifecycle.deleteFinished(requestIds);
      batch = requestIds.length;
    }
    if (deleted > 0) this.logger.log(`deleted ${deleted} requests that ended more than ${days} days ago`);
  }
}
