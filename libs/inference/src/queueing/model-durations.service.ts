import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { PreparedQueries } from '#libs/database';

/** How long a model's latest runs here took, in seconds. */
export interface ModelDuration {
  /** Half of them took at most so long. */
  p50: number;
  /** 19 of 20 took at most so long. */
  p95: number;
}

/** Enough to tell a tail, few enough to follow a change of the machine. */
const LATEST_RUNS = 50;

const DURATIONS = `
  SELECT wanted.model, latest.p50, latest.p95
  FROM unnest($1::text[]) AS wanted (model)
  CROSS JOIN LATERAL (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS p50,
      percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS p95
    FROM (
      SELECT inference_seconds AS seconds FROM inference_requests
      WHERE status = 'COMPLETED' AND model_endpoint = wanted.model
      ORDER BY completed_at DESC LIMIT ${LATEST_RUNS}
    ) runs
  ) latest
  WHERE latest.p50 IS NOT NULL`;

type DurationRow = ModelDuration & { model: string };

/** Measured durations, each remembered for half a minute. */
@Injectable()
export class ModelDurations {
  private readonly known = new LRUCache<string, ModelDuration | 'none'>({ max: 1_000, ttl: 30_000 });

  constructor(private readonly queries: PreparedQueries) {}

  /** @returns what is known of these models (by endpoint); one that never ran here is missing */
  async of(models: Iterable<string>): Promise<ReadonlyMap<string, ModelDuration>> {
    const wanted = new Set(models);
    const unknown = [...wanted].filter((model) => !this.known.has(model));
    if (unknown.length > 0) await this.read(unknown);
    return new Map(
      [...wanted].flatMap((model) => {
        const duration = this.known.get(model);
        return duration === undefined || duration === 'none' ? [] : [[model, duration]];
      }),
    );
  }

  private async read(models: string[]): Promise<void> {
    const rows = await this.queries.rows<DurationRow>('inference_durations', DURATIONS, [models]);
    const found = new Map(rows.map(({ model, p50, p95 }) => [model, { p50, p95 }]));
    for (const model of models) this.known.set(model, found.get(model) ?? 'none');
  }
}
