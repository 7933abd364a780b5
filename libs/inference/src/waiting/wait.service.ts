import { Injectable } from '@nestjs/common';
import type { Actor } from '#libs/accounts';
import { AppError } from '#libs/errors';
import { assertRequestId, InferenceService } from '../inference.service.js';
import { ModelDurations } from '../queueing/model-durations.service.js';
import { QueuePlaces } from '../queueing/queue-places.service.js';
import { RequestEvents } from '../request-events.service.js';
import { RequestHistoryRepository, type RequestState } from '../request-history.repository.js';
import { isTerminal } from '../request-status.js';
import type { RequestView } from '../request-view.js';
import { estimateSecondsLeft } from './wait-estimate.js';
import { describeState, describeTimeout } from './wait-message.js';
import { WakeUp } from './wake-up.js';

/** A request's state with its place, which is not in its row. */
type WaitState = RequestState & { queuePosition: number | null };

interface WaitProgress {
  /** What the request is doing, as one sentence. */
  message: string;
  /** 0 to 100, where the engine tells. */
  percent?: number;
}

export interface WaitOptions {
  timeoutSeconds: number;
  /** How often the row is read again, in case an event was missed. */
  pollIntervalSeconds: number;
  /** Ends the wait, not the request. */
  signal: AbortSignal;
  /** Called at the start, on every change, and at least every 10 s. */
  onProgress?: (progress: WaitProgress) => void;
}

export type WaitResult = RequestView & {
  /** True when the request was not done in time. That is not an error. */
  timedOut: boolean;
  /** Only when the time ran out and something is known of the model's duration. */
  estimatedSecondsLeft?: number;
  /** Only when the time ran out: what the request is doing and what to do next. */
  message?: string;
};

/** Longest silence towards a caller who listens for progress. */
const QUIET_MS = 10_000;

const LEAST_POLL_MS = 100;

/**
 * Waits for the end of a request. An event wakes it; between events it holds a timer and nothing else: no
 * connection, no query but the slow re-read.
 */
@Injectable()
export class WaitService {
  constructor(
    private readonly inference: InferenceService,
    private readonly history: RequestHistoryRepository,
    private readonly places: QueuePlaces,
    private readonly durations: ModelDurations,
    private readonly events: RequestEvents,
  ) {}

  /** @throws AppError request_not_found; cancelled when the signal ended the wait */
  async wait(actor: Actor, requestId: string, options: WaitOptions): Promise<WaitResult> {
    assertRequestId(requestId);
    const wakeUp = new WakeUp(options.signal);
    // Before the row is read: what changes in between is heard.
    const unsubscribe = this.events.subscribe(requestId, (event) => wakeUp.hear(event));
    try {
      const last = await this.untilDone(actor, requestId, options, wakeUp);
      return await this.result(actor, requestId, last, options);
    } finally {
      unsubscribe();
      wakeUp.dispose();
    }
  }

  /** @returns the last state: terminal, or whatever it was when the time ran out */
  private async untilDone(
    actor: Actor,
    requestId: string,
    { timeoutSeconds, pollIntervalSeconds, signal, onProgress }: WaitOptions,
    wakeUp: WakeUp,
  ): Promise<WaitState> {
    const deadline = performance.now() + timeoutSeconds * 1_000;
    const reporter = new QuietReporter(onProgress);
    const interval = Math.max(LEAST_POLL_MS, pollIntervalSeconds * 1_000);
    let state = await this.read(actor, requestId);
    let nextRead = onGrid(performance.now() + interval);
    for (;;) {
      if (signal.aborted) throw new AppError('cancelled', 'The wait was ended; the request goes on.');
      if (isTerminal(state.status)) return state;
      reporter.tell(state);
      if (performance.now() >= deadline) return state;
      const event = await wakeUp.sleepUntil(Math.min(deadline, nextRead, reporter.nextDue));
      if (event?.progress !== undefined && event.status === state.status) {
        state = { ...state, progress: event.progress };
      } else if (event !== null && isTerminal(event.status)) {
        // It is committed before it is told, and the answer is read from the row.
        return { ...state, status: event.status };
      } else if (event !== null || performance.now() >= nextRead) {
        state = await this.read(actor, requestId);
        nextRead = onGrid(performance.now() + interval);
      }
    }
  }

  private async read(actor: Actor, requestId: string): Promise<WaitState> {
    const state = await this.history.state(actor.userId, requestId);
    if (state === null) throw new AppError('request_not_found');
    const queuePosition = state.status === 'IN_QUEUE' ? await this.places.position(requestId) : null;
    return { ...state, queuePosition };
  }

  private async result(
    actor: Actor,
    requestId: string,
    last: WaitState,
    { timeoutSeconds }: WaitOptions,
  ): Promise<WaitResult> {
    const view = await this.inference.get(actor, requestId, last.status);
    if (isTerminal(view.status)) return { ...view, timedOut: false };
    const secondsLeft = await this.estimate(requestId, last);
    return {
      ...view,
      timedOut: true,
      ...(secondsLeft !== null && { estimatedSecondsLeft: secondsLeft }),
      message: describeTimeout(last, timeoutSeconds, secondsLeft),
    };
  }

  private async estimate(requestId: string, state: WaitState): Promise<number | null> {
    const place = state.status === 'IN_QUEUE' ? await this.places.place(requestId) : null;
    const ahead = place?.ahead ?? new Map<string, number>();
    const [durations, running] = await Promise.all([
      this.durations.of([state.modelEndpoint, ...ahead.keys()]),
      this.history.countRunning(),
    ]);
    return estimateSecondsLeft(state, { durations, ahead, running });
  }
}

/** Re-reads of many waits fall together, and then into one statement. */
const onGrid = (time: number): number => Math.ceil(time / LEAST_POLL_MS) * LEAST_POLL_MS;

/** Tells a listener what changed, and that nothing did before it gets uneasy. */
class QuietReporter {
  /** When something has to be said next, by the monotonic clock in milliseconds. */
  nextDue: number;
  private lastMessage = '';

  constructor(private readonly onProgress: WaitOptions['onProgress']) {
    this.nextDue = onProgress ? 0 : Number.POSITIVE_INFINITY;
  }

  tell(state: WaitState): void {
    if (!this.onProgress) return;
    const message = describeState(state);
    if (message === this.lastMessage && performance.now() < this.nextDue) return;
    const percent = state.progress?.percent;
    this.onProgress({ message, ...(percent !== undefined && { percent }) });
    this.lastMessage = message;
    this.nextDue = performance.now() + QUIET_MS;
  }
}
