import type { RequestState } from '../request-history.repository.js';

/** `queuePosition`: from 1; null unless queued, or when it is too far back to tell. */
export type Told = Pick<RequestState, 'status' | 'progress'> & { queuePosition: number | null };

/** What the request is doing, as one sentence. */
export function describeState({ status, progress, queuePosition }: Told): string {
  if (status === 'IN_QUEUE') {
    return queuePosition === null
      ? 'The request waits in the queue.'
      : `The request is number ${queuePosition} in the queue.`;
  }
  if (status !== 'IN_PROGRESS') return `The request is ${status}.`;
  const percent = progress?.percent === undefined ? '' : ` ${Math.round(progress.percent)} %`;
  const step = progress?.step === undefined ? '' : ` (${progress.step})`;
  return `The request is running${percent && `:${percent}`}${step}.`;
}

/** What a caller reads when the time ran out before the request was done. */
export function describeTimeout(state: Told, timeoutSeconds: number, secondsLeft: number | null): string {
  const left = secondsLeft === null ? '' : ` It probably takes about ${secondsLeft} s more.`;
  return `Not done after ${timeoutSeconds} s. ${describeState(state)}${left} Call wait_for_request again.`;
}
