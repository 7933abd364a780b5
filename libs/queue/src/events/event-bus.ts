import { EventEmitter } from 'node:events';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { type EventChannel, MOST_MESSAGE_BYTES } from './event-channel.port.js';
import { PostgresChannel } from './postgres-channel.js';
import { RedisChannel } from './redis-channel.js';

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
 * One subscription per process and local dispatch by topic, so that a thousand waits cost the store nothing.
 */
@Injectable()
export class EventBus implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(EventBus.name);
  private readonly listeners = new EventEmitter({ captureRejections: false }).setMaxListeners(0);
  private channel: EventChannel | null = null;

  constructor(@Inject(APP_CONFIG) private readonly config: AppConfig) {}

  async onModuleInit(): Promise<void> {
    const { REDIS_URL, DATABASE_URL = '' } = this.config;
    this.channel = REDIS_URL === undefined ? new PostgresChannel(DATABASE_URL) : new RedisChannel(REDIS_URL);
    await this.channel.open({
      onMessage: (message) => this.hear(message),
      onReturn: () => this.emit(RECONNECTED),
    });
  }

  /** True while events from other processes arrive here. */
  get isReady(): boolean {
    return this.channel?.isOpen ?? false;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.channel?.close();
  }

  /**
   * Tells every process, this one too. Never throws: an event is a hint, its loss must not fail the change.
   * @param data JSON; with the topic at most 7,900 bytes
   */
  async publish(topic: string, data: unknown = null): Promise<void> {
    const message = JSON.stringify({ topic, data } satisfies Envelope);
    try {
      if (Buffer.byteLength(message) > MOST_MESSAGE_BYTES) throw new Error('it is too large for an event');
      await this.channel?.send(message);
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

  /** Empty: a sign of life. */
  private hear(message: string): void {
    if (message === '') return;
    try {
      const { topic, data } = JSON.parse(message) as Envelope;
      this.emit(topic, data);
    } catch (error) {
      this.logger.warn(`an event could not be read: ${(error as Error).message}`);
    }
  }

  /** One listener's mistake is not that of the others, nor of the connection. */
  private emit(topic: string | symbol, data?: unknown): void {
    for (const listener of this.listeners.listeners(topic)) {
      try {
        (listener as (data: unknown) => void)(data);
      } catch (error) {
        this.logger.error(`a listener of ${String(topic)} failed: ${(error as Error).stack}`);
      }
    }
  }
}
