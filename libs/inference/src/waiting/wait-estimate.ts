import type { RequestState } from '../request-history.repository.js';

/**
 * Seconds until a request is probably done: what is left of its own run, or its run and one like it for each
 * request in front. Rough on purpose; it only helps to decide whether to wait or to come back.
 * @param averageSeconds mean of the model's latest runs here; the model's stated duration stands in for it
 * @returns whole seconds, or null when nothing is known about the model's duration
 */
export function estimateSecondsLeft(state: RequestState, averageSeconds: number | null): number | null {
  const expected = averageSeconds ?? state.typicalSeconds;
  if (expected === null) return null;
  if (state.status === 'IN_QUEUE') return Math.ceil(expected * (state.queuePosition ?? 1));
  const percent = state.progress?.percent;
  if (state.elapsedSeconds !== null && percent !== undefined && percent >= 5) {
    return Math.ceil((state.elapsedSeconds * (100 - Math.min(percent, 100))) / percent);
  }
  return Math.ceil(Math.max(0, expected - (state.elapsedSeconds ?? 0)));
}
