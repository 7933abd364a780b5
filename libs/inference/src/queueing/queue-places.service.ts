import { Injectable } from '@nestjs/common';
import { PreparedQueries } from '#libs/database';

/** A queued request and what stands in front of it. */
export interface QueuePlace {
  /** From 1. */
  position: number;
  /** Requests in front of it, by their model: how long these take is how long it waits. */
  ahead: ReadonlyMap<string, number>;
}

interface PlaceRow {
  id: string;
  model: string;
}

/** The queue as it was read, first to last, and each request's place in it. */
interface Order {
  rows: PlaceRow[];
  index: ReadonlyMap<string, number>;
}

/** Waits and lists ask in swarms; what they hear may be so old. */
const FRESH_MS = 500;

/** Places further back are not told: nobody gets there soon, and the numbers would be wrong by then. */
const MOST_PLACES = 10_000;

/** In rounds: everyone's first, then everyone's second, as the workers take them. */
const PLACES = `
  SELECT id, model FROM (
    SELECT id, model_endpoint AS model, created_at,
      row_number() OVER (PARTITION BY user_id ORDER BY precedence, created_at, id) AS round
    FROM inference_requests WHERE status = 'IN_QUEUE'
  ) line
  ORDER BY round, created_at, id LIMIT ${MOST_PLACES}`;

/** The order of the queue, read at most twice a second however many ask. */
@Injectable()
export class QueuePlaces {
  private order: Order | undefined;
  private reading: Promise<Order> | undefined;
  private readAt = -Infinity;

  constructor(private readonly queries: PreparedQueries) {}

  /** @returns null when the request is not in the queue, or too far back to tell */
  async position(requestId: string): Promise<number | null> {
    return (await this.positions([requestId])).get(requestId) ?? null;
  }

  /** Those of them that are in the queue, from one reading; from a second one when some may be younger than it. */
  async positions(requestIds: string[]): Promise<ReadonlyMap<string, number>> {
    if (requestIds.length === 0) return new Map();
    let { index } = await this.read();
    if (!requestIds.every((id) => index.has(id))) {
      this.readAt = -Infinity;
      ({ index } = await this.read());
    }
    return new Map(
      requestIds.flatMap((id) => {
        const position = index.get(id);
        return position === undefined ? [] : [[id, position]];
      }),
    );
  }

  /** @returns null as `position` does */
  async place(requestId: string): Promise<QueuePlace | null> {
    const position = await this.position(requestId);
    if (position === null) return null;
    const ahead = new Map<string, number>();
    const { rows } = await this.read();
    for (const { model } of rows.slice(0, position - 1)) ahead.set(model, (ahead.get(model) ?? 0) + 1);
    return { position, ahead };
  }

  /** Whoever asks while it is being read shares that reading. */
  private read(): Promise<Order> {
    if (this.reading) return this.reading;
    if (this.order && performance.now() - this.readAt < FRESH_MS) return Promise.resolve(this.order);
    this.reading = this.readOrder().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readOrder(): Promise<Order> {
    const rows = await this.queries.rows<PlaceRow>('inference_places', PLACES, []);
    this.order = { rows, index: new Map(rows.map(({ id }, index) => [id, index + 1])) };
    this.readAt = performance.now();
    return this.order;
  }
}
