import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Client } from 'pg';
import {
  ANSWER_LIMIT_MS,
  type ChannelListener,
  type EventChannel,
  OPEN_LIMIT_MS,
  PING_EVERY_MS,
} from './event-channel.port.js';

const CHANNEL = 'modelrunner_events';

/** PostgreSQL delivers what one transaction sends together; larger batches only make it wait. */
const MOST_IN_BATCH = 500;

const RETRY_MS = 200;
const END_LIMIT_MS = 1_000;

interface Pending {
  message: string;
  sent: () => void;
  failed: (error: Error) => void;
}

/**
 * `LISTEN` and `NOTIFY` on one connection of its own. What is to be sent while a statement is under way goes with
 * the next one, so a burst costs a few round trips and not one each.
 */
export class PostgresChannel implements EventChannel {
  private readonly logger = new Logger(PostgresChannel.name);
  private readonly stopping = new AbortController();
  private readonly pending: Pending[] = [];
  /** Set while it listens. */
  private client: Client | null = null;
  private sending: Promise<void> | null = null;
  private wasLost = false;
  private running?: Promise<void>;

  constructor(private readonly connectionString: string) {}

  get isOpen(): boolean {
    return this.client !== null;
  }

  async open(listener: ChannelListener): Promise<void> {
    const opened = new Promise<void>((resolve) => {
      this.running = this.keepConnected(listener, resolve);
    });
    await Promise.race([opened, delay(OPEN_LIMIT_MS, undefined, { ref: false })]);
  }

  send(message: string): Promise<void> {
    return new Promise((sent, failed) => {
      this.pending.push({ message, sent, failed });
      this.sending ??= this.sendPending();
    });
  }

  async close(): Promise<void> {
    await this.sending;
    this.stopping.abort();
    await this.running;
  }

  private async keepConnected(listener: ChannelListener, opened: () => void): Promise<void> {
    while (!this.stopping.signal.aborted) {
      try {
        await this.session(listener, opened);
      } catch (error) {
        if (!this.wasLost)
          this.logger.warn(`events of other processes do not arrive: ${(error as Error).message}`);
        this.wasLost = true;
      }
      await delay(RETRY_MS, undefined, this.stopping).catch(() => undefined);
    }
  }

  /** From the connection to its end. */
  private async session(listener: ChannelListener, opened: () => void): Promise<void> {
    const client = new Client({
      connectionString: this.connectionString,
      application_name: 'modelrunner events',
      connectionTimeoutMillis: ANSWER_LIMIT_MS,
      query_timeout: ANSWER_LIMIT_MS,
      keepAlive: true,
    });
    const ended = new Promise<never>((_resolve, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection ended')));
    });
    ended.catch(() => undefined);
    try {
      await client.connect();
      client.on('notification', ({ payload = '' }) => listener.onMessage(payload));
      await client.query(`LISTEN ${CHANNEL}`);
      this.client = client;
      opened();
      if (this.wasLost) {
        this.wasLost = false;
        this.logger.log('events of other processes arrive again');
        listener.onReturn();
      }
      await Promise.race([ended, this.watch()]);
    } finally {
      this.client = null;
      this.dropPending();
      // A connection that died silently does not even end.
      await Promise.race([
        client.end().catch(() => undefined),
        delay(END_LIMIT_MS, undefined, { ref: false }),
      ]);
    }
  }

  /** A connection that died silently says nothing, so it is asked. @throws when it does not answer in time */
  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await delay(PING_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (!signal.aborted) await this.send('');
    }
  }

  private async sendPending(): Promise<void> {
    // What else is sent in this turn goes along.
    await Promise.resolve();
    while (this.pending.length > 0 && this.client !== null) {
      const batch = this.pending.splice(0, MOST_IN_BATCH);
      try {
        await this.client.query({
          name: 'notify',
          text: 'SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message',
          values: [CHANNEL, batch.map(({ message }) => message)],
        });
        for (const { sent } of batch) sent();
      } catch (error) {
        for (const { failed } of batch) failed(error as Error);
      }
    }
    this.dropPending();
    // In the same turn as the last look: what comes after it would else wait for whatever is sent next.
    this.sending = null;
  }

  /** An event is told now or never: whoever relies on it re-reads the truth after the return. */
  private dropPending(): void {
    for (const { failed } of this.pending.splice(0)) failed(new Error('the event store is not connected'));
  }
}
