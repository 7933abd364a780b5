import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Redis, type RedisOptions } from 'ioredis';
import {
  ANSWER_LIMIT_MS,
  type ChannelListener,
  type EventChannel,
  OPEN_LIMIT_MS,
  PING_EVERY_MS,
} from './event-channel.port.js';

const CHANNEL = 'modelrunner:events';

const OPTIONS: RedisOptions = {
  lazyConnect: true,
  connectTimeout: ANSWER_LIMIT_MS,
  commandTimeout: ANSWER_LIMIT_MS,
  // An event is told now or never.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  retryStrategy: (times) => Math.min(times * 100, 2_000),
};

/** `SUBSCRIBE` on one connection and `PUBLISH` on another, as the protocol asks for. */
export class RedisChannel implements EventChannel {
  private readonly logger = new Logger(RedisChannel.name);
  private readonly subscriber: Redis;
  private readonly publisher: Redis;
  private watching: NodeJS.Timeout | undefined;
  private listens = false;
  private wasLost = false;

  constructor(url: string) {
    // It subscribes by hand, to know when it hears again.
    this.subscriber = new Redis(url, { ...OPTIONS, autoResubscribe: false });
    this.publisher = new Redis(url, OPTIONS);
  }

  get isOpen(): boolean {
    return this.listens;
  }

  async open(listener: ChannelListener): Promise<void> {
    this.subscriber.on('message', (_channel, message: string) => listener.onMessage(message));
    this.subscriber.on('close', () => this.lose());
    for (const connection of [this.subscriber, this.publisher]) {
      connection.on('error', (error) => this.logger.debug(error.message));
    }
    const opened = new Promise<void>((resolve) => {
      this.subscriber.on('ready', () => void this.listen(listener).then(resolve));
    });
    this.watching = setInterval(() => void this.ping(), PING_EVERY_MS).unref();
    // Both go on trying by themselves.
    const connected = Promise.allSettled([this.publisher.connect(), this.subscriber.connect(), opened]);
    await Promise.race([connected, delay(OPEN_LIMIT_MS, undefined, { ref: false })]);
  }

  async send(message: string): Promise<void> {
    await this.publisher.publish(CHANNEL, message);
  }

  close(): Promise<void> {
    clearInterval(this.watching);
    this.subscriber.removeAllListeners('close');
    this.listens = false;
    this.subscriber.disconnect();
    this.publisher.disconnect();
    return Promise.resolve();
  }

  private async listen(listener: ChannelListener): Promise<void> {
    try {
      await this.subscriber.subscribe(CHANNEL);
    } catch (error) {
      this.logger.warn(`could not subscribe: ${(error as Error).message}`);
      return this.subscriber.disconnect(true);
    }
    this.listens = true;
    if (!this.wasLost) return;
    this.wasLost = false;
    this.logger.log('Redis is back: events of other processes arrive again');
    listener.onReturn();
  }

  /** A connection that died silently says nothing, so both are asked. */
  private async ping(): Promise<void> {
    const ready = [this.subscriber, this.publisher].filter(({ status }) => status === 'ready');
    await Promise.all(ready.map((connection) => connection.ping().catch(() => connection.disconnect(true))));
  }

  private lose(): void {
    if (this.listens)
      this.logger.warn('Redis is away: events of other processes do not arrive, and jobs wait');
    this.wasLost ||= this.listens;
    this.listens = false;
  }
}
