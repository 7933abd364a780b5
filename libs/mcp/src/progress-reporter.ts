import type { Progress } from './tools/tool.js';

/** What the SDK sends as `notifications/progress`. `progress` must grow with each one (MCP, utilities/progress). */
export interface ProgressParams {
  progressToken: string | number;
  progress: number;
  total: number;
  message: string;
}

/** Most often that a client hears of a change. */
const TICK_MS = 1000;
/** Below 10 s, so that a slow machine keeps the promise of one at least every 10 s. */
const SILENCE_MS = 8000;
/** Smallest step of a bar that does not move. */
const LEAST_STEP = 0.001;

/**
 * Tells the client about a long call: the first state at once, changes at most every second, and the same state
 * again before 10 s of silence, because some clients give a silent call up.
 */
export class ProgressReporter {
  private readonly timer: NodeJS.Timeout;
  private latest?: Progress;
  private isNew = false;
  private lastSent = 0;
  private progress = 0;

  /** @param send may fail: the client is gone then, and the call ends by its signal */
  constructor(
    private readonly progressToken: string | number,
    private readonly send: (params: ProgressParams) => Promise<void>,
    private readonly clock: () => number = Date.now,
  ) {
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  report(progress: Progress): void {
    if (progress.message === this.latest?.message && progress.percent === this.latest.percent) return;
    this.latest = progress;
    this.isNew = true;
    if (this.clock() - this.lastSent >= TICK_MS) this.flush();
  }

  /** No notification may follow the result. */
  end(): void {
    clearInterval(this.timer);
    this.latest = undefined;
  }

  private tick(): void {
    if (this.isNew || this.clock() - this.lastSent >= SILENCE_MS) this.flush();
  }

  private flush(): void {
    if (this.latest === undefined) return;
    this.isNew = false;
    this.lastSent = this.clock();
    this.progress = Math.max(this.latest.percent ?? 0, this.progress + LEAST_STEP);
    const { progressToken, progress } = this;
    this.send({ progressToken, progress, total: 100, message: this.latest.message }).catch(() => undefined);
  }
}
