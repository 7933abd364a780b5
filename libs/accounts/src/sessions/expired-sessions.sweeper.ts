import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { WebSessionStore } from './web-session.store.js';

const EVERY_MS = 3_600_000;

/** Removes web sessions that are over, at the start and every hour, on every replica: the statements do not mind. */
@Injectable()
export class ExpiredSessionsSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('sessions');
  private timer?: NodeJS.Timeout;
  private running?: Promise<void>;

  constructor(private readonly sessions: WebSessionStore) {}

  onApplicationBootstrap(): void {
    const start = (): void => {
      this.running = this.sweep();
    };
    this.timer = setInterval(start, EVERY_MS).unref();
    start();
  }

  /** The connection closes after this. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async sweep(): Promise<void> {
    try {
      await this.sessions.deleteExpired(new Date());
    } catch (error) {
      this.logger.warn(`sweep of expired sessions: ${(error as Error).message}`);
    }
  }
}
