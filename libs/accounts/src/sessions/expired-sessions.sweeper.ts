import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { WebSessionStore } from './web-session.store.js';

const EVERY_MS = 3_600_000;

/** Removes web sessions that are over, hourly, on every replica: the statements do not mind each other. */
@Injectable()
export class ExpiredSessionsSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('sessions');
  private timer?: NodeJS.Timeout;

  constructor(private readonly sessions: WebSessionStore) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.sessions
        .deleteExpired(new Date())
        .catch((error: Error) => this.logger.warn(`sweep of expired sessions: ${error.message}`));
    }, EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }
}
