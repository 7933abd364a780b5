import { EventEmitter } from 'node:events';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Relay } from 'bullmq';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { createRelay } from './queue-backend.js';
import { RelayWatch } from './relay-watch.js';

/** Every topic of this project is under one root, so one subscription per process hears them all. */
const ROOT = 'modelrunner';

/** Local, unlike every topic, which is a string. */
const RECONNECTED = Symbol('reconnected');

interface Envelope {
  topic: string;
  data: unknown;
}

/**
 * Events between processes: "this changed", never the only record of a change. A message may be lost while the
 * store restarts, so whoever hangs on one also re-reads the truth now and then.
 *
 * One relay subscription per process and local dispatch by topic, so that a thousand waits cost the store nothing.
 */
@Injectable()
export class EventBus implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(EventBus.name);
  private readonly listeners = new EventEmitter({ captureRejections: false }).setMaxListeners(0);
  private relay?: Relay<never>;
  private watch?: RelayWatch;

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  async onModuleInit(): Promise<void> {
    this.relay = createRelay(this.config);
    const watch = new RelayWatch(this.relay, () => this.emit(RECONNECTED));
    this.watch = watch;
    this.relay.on('error', (error: Error) => {
      this.logger.warn(`event relay: ${error.message}`);
      watch.suspect();
    });
    // The store gave this process up and took it in again: what was sent in between never comes.
    this.relay.on('recovered', () => this.emit(RECONNECTED));
    await this.relay.subscribe<Envelope>(ROOT, ({ data }) => this.emit(data.topic, data.data));
    await watch.start();
  }

  /** True while events from other processes arrive here. */
  get isReady(): boolean {
    return this.watch?.isAlive ?? false;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.watch?.stop();
    await this.relay?.close();
  }

  /** Tells every process, this one too. Never throws: an event is a hint, its loss must not fail the change. */
  async publish(topic: string, data: unknown = null): Promise<void> {
    try {
      await this.relay?.publish(ROOT, { topic, data } satisfies Envelope);
    } catch (error) {
      this.logger.warn(`could not publish ${topic}: ${(error as Error).message}`);
    }
  }

  /** @returns a function that ends the subscription */
  subscribe<Data>(topic: string, listener: (data: Data) => void): () => void {
    this.listeners.on(topic, listener);
    return () => this.listeners.off(topic, listener);
  }

  /**
   * Calls the listener in this process when events arrive again after they did not: whoever relies on them must
   * take it that some were missed.
   *
   * @returns a function that ends the subscription
   */
  onReconnected(listener: () => void): () => void {
    this.listeners.on(RECONNECTED, listener);
    return () => this.listeners.off(RECONNECTED, listener);
  }

  /** One listener's mistake is not the relay's, which would take it for its own. */
  private emit(topic: string | symbol, data?: unknown): void {
    try {
      this.listeners.emit(topic, data);
    } catch (error) {
      this.logger.error(`a listener of ${String(topic)} failed: ${(error as Error).stack}`);
    }
  }
}
