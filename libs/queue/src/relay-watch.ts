import { Logger } from '@nestjs/common';
import type { Relay } from 'bullmq';
import { setTimeout as delay } from 'node:timers/promises';

/** How often a relay that works is asked whether it still does, and one that does not. */
const EVERY_MS = 10_000;
const RETRY_MS = 500;

/** An event to oneself that takes longer is lost: so is the relay, or the store is too slow to be of use. */
const ECHO_LIMIT_MS = 5_000;

/**
 * Knows whether the relay works, by events to itself that must come back: only they prove both directions. The
 * relay's own `error` says that something happened but never that it is over, and a connection that died silently
 * says nothing at all.
 */
export class RelayWatch {
  private readonly logger = new Logger('EventBus');
  private readonly stopping = new AbortController();
  private readonly topic: string;
  private alive = false;
  private wasLost = false;
  private count = 0;
  private heard: (echo: boolean) => void = () => undefined;
  private wake: () => void = () => undefined;
  private running?: Promise<void>;

  /** @param onReturn called when events flow again: some may have been missed */
  constructor(
    private readonly relay: Relay<never>,
    private readonly onReturn: () => void,
  ) {
    this.topic = `modelrunner-echo.${relay.nodeId}`;
  }

  get isAlive(): boolean {
    return this.alive;
  }

  async start(): Promise<void> {
    await this.relay.subscribe<number>(this.topic, ({ data }) => {
      if (data === this.count) this.heard(true);
    });
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.alive = false;
    this.stopping.abort();
    this.heard(false);
    this.wake();
    await this.running;
  }

  /** Something went wrong: lost, until an event that is sent from now on comes back. */
  suspect(): void {
    this.lose();
    this.heard(false);
    this.wake();
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      if (await this.echo()) this.find();
      else this.lose();
      if (this.alive) await this.pause(EVERY_MS);
      else await delay(RETRY_MS, undefined, this.stopping).catch(() => undefined);
    }
  }

  /** Whether an event to oneself comes back in time, and nothing went wrong meanwhile. */
  private async echo(): Promise<boolean> {
    this.count += 1;
    const heard = new Promise<boolean>((resolve) => (this.heard = resolve));
    const timer = setTimeout(() => this.heard(false), ECHO_LIMIT_MS);
    // Not awaited: on a connection that died silently it never settles.
    this.relay.publish(this.topic, this.count).catch(() => this.heard(false));
    const result = await heard;
    clearTimeout(timer);
    return result && !this.stopping.signal.aborted;
  }

  /** Ends early when something goes wrong. */
  private async pause(milliseconds: number): Promise<void> {
    const early = new AbortController();
    this.wake = () => early.abort();
    await delay(milliseconds, undefined, early).catch(() => undefined);
  }

  private lose(): void {
    if (this.alive) this.logger.warn('events from other processes do not arrive');
    if (this.alive) this.wasLost = true;
    this.alive = false;
  }

  private find(): void {
    if (this.alive) return;
    this.alive = true;
    if (!this.wasLost) return;
    this.wasLost = false;
    this.logger.log('events from other processes arrive again');
    this.onReturn();
  }
}
