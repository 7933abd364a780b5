import type { RequestEvent } from '../request-events.service.js';

/** What one wait hangs on: the next event, a point in time, or the end of its caller. */
export class WakeUp {
  private heard: RequestEvent | null = null;
  private wake: (() => void) | null = null;
  private readonly onAbort = () => this.wake?.();

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', this.onAbort);
  }

  /** Keeps the latest event, also while nobody sleeps. A change of the status is not hidden by later progress. */
  hear(event: RequestEvent): void {
    if (this.heard === null || event.progress === undefined || this.heard.progress !== undefined)
      this.heard = event;
    this.wake?.();
  }

  /**
   * @param due by `performance.now()`
   * @returns the event that was heard since the last call, or null after the time ran out or the signal came
   */
  async sleepUntil(due: number): Promise<RequestEvent | null> {
    if (this.heard === null && !this.signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(0, Math.min(due - performance.now(), 2 ** 31 - 1)));
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = null;
    }
    const event = this.heard;
    this.heard = null;
    return event;
  }

  dispose(): void {
    this.signal.removeEventListener('abort', this.onAbort);
  }
}
