import { EventEmitter } from 'node:events';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Relay } from 'bullmq';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { createRelay } from './queue-backend.js';

/** Every topic of this project is under one root, so one subscription per process hears them all. */
const ROOT = 'modelrunner';

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
  private ready = false;

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  async onModuleInit(): Promise<void> {
    this.relay = createRelay(this.config);
    this.relay.on('error', (error: Error) => this.logger.warn(`event relay: ${error.message}`));
    await this.relay.subscribe<Envelope>(ROOT, ({ data }) => {
      this.listeners.emit(data.topic, data.data);
    });
    this.ready = true;
  }

  /** True once events from other processes arrive here. */
  get isReady(): boolean {
    return this.ready;
  }

  async onApplicationShutdown(): Promise<void> {
    this.ready = false;
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
}
