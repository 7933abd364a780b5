import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HourlyRounds } from '#libs/lifecycle';
import { WebSessionStore } from './web-session.store.js';

/** Removes web sessions that are over, at the start and every hour, on every replica: the statements do not mind. */
@Injectable()
export class ExpiredSessionsSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('sessions');
  private readonly rounds: HourlyRounds;

  constructor(sessions: WebSessionStore) {
    this.rounds = new HourlyRounds('sweep of expired sessions', this.logger, () =>
      sessions.deleteExpired(new Date()),
    );
  }

  onApplicationBootstrap(): void {
    this.rounds.start();
  }

  /** The connection closes after this. */
  beforeApplicationShutdown(): Promise<void> {
    return this.rounds.stop();
  }
}
