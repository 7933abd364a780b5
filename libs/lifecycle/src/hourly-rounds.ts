import type { Logger } from '@nestjs/common';

const HOUR_MS = 3_600_000;

/**
 * Does a piece of work at the start and every hour. A process that is restarted more often than hourly would otherwise
 * never come to it. A round that fails is told to the log; the next one is soon.
 */
export class HourlyRounds {
  private timer?: NodeJS.Timeout;
  private running?: Promise<void>;

  /** @param what the work, as the log names it when it fails */
  constructor(
    private readonly what: string,
    private readonly logger: Logger,
    private readonly work: () => Promise<unknown>,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.round(), HOUR_MS).unref();
    this.round();
  }

  /** Begins no more rounds, and waits for the one that is under way. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private round(): void {
    this.running = this.work().then(
      () => undefined,
      (error: unknown) =>
        this.logger.warn(`${this.what}: ${error instanceof Error ? error.message : String(error)}`),
    );
  }
}
