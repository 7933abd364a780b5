import type { ModelDuration } from '../queueing/model-durations.service.js';
import type { RequestState } from '../request-history.repository.js';

/** What an estimate is made of, beside the request itself. */
export interface EstimateBasis {
  /** Measured durations by model endpoint. */
  durations: ReadonlyMap<string, ModelDuration>;
  /** Requests in front of it in the queue, by model endpoint. */
  ahead: ReadonlyMap<string, number>;
  /** How many run at once now. */
  running: number;
}

/** Below this share of its work a run's own progress says too little about its speed. */
const TELLING_PERCENT = 5;

/** What a model without any run here probably takes, when others in front of it are such. */
const USUAL_SECONDS = 5;

/**
 * Seconds until a request is probably done: what is left of its own run, after what stands in front of it, shared by
 * as many as run at once. Rough on purpose; it only helps to decide whether to wait or to come back.
 * @returns whole seconds, or null when nothing is known about the model's duration
 */
export function estimateSecondsLeft(state: RequestState, basis: EstimateBasis): number | null {
  const expected = basis.durations.get(state.modelEndpoint)?.p50 ?? state.typicalSeconds;
  if (expected === null) return null;
  if (state.status === 'IN_QUEUE') return Math.ceil(secondsAhead(basis) + expected);
  const percent = state.progress?.percent;
  if (state.elapsedSeconds !== null && percent !== undefined && percent >= TELLING_PERCENT) {
    return Math.ceil((state.elapsedSeconds * (100 - Math.min(percent, 100))) / percent);
  }
  const overdue = state.elapsedSeconds !== null && state.elapsedSeconds > expected;
  // Past its usual end it is one of the slow ones.
  const end = overdue ? (basis.durations.get(state.modelEndpoint)?.p95 ?? expected) : expected;
  return Math.ceil(Math.max(0, end - (state.elapsedSeconds ?? 0)));
}

function secondsAhead({ ahead, durations, running }: EstimateBasis): number {
  const seconds = [...ahead].reduce(
    (sum, [model, count]) => sum + count * (durations.get(model)?.p50 ?? USUAL_SECONDS),
    0,
  );
  return seconds / Math.max(1, running);
}
