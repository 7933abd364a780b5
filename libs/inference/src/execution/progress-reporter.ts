import type { EngineProgress } from '#libs/engines';

/** At most four reports a second leave the process, however chatty the engine is. */
const LEAST_INTERVAL_MS = 250;

/** A few words, as the port says; whatever an engine makes of that, it has to fit into an event. */
const MOST_STEP_CHARACTERS = 200;

/**
 * Thins out an engine's progress: the first report goes at once, later ones at most every 250 ms, always the
 * latest, and never two at the same time.
 */
export class ProgressReporter {
  private pending: EngineProgress | null = null;
  private timer: NodeJS.Timeout | undefined;
  private busy: Promise<void> = Promise.resolve();
  private lastSent = Number.NEGATIVE_INFINITY;
  private stopped = false;

  /** @param send must not throw */
  constructor(private readonly send: (progress: EngineProgress) => Promise<void>) {}

  report(progress: EngineProgress): void {
    if (this.stopped) return;
    this.pending = tidy(progress);
    if (this.timer !== undefined) return;
    const wait = Math.max(0, this.lastSent + LEAST_INTERVAL_MS - performance.now());
    this.timer = setTimeout(() => this.flush(), wait);
  }

  /** Drops what is not sent yet, and waits for what is under way. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.stopped = true;
    await this.busy;
  }

  private flush(): void {
    this.timer = undefined;
    const progress = this.pending;
    if (progress === null) return;
    this.pending = null;
    this.lastSent = performance.now();
    this.busy = this.busy.then(() => this.send(progress));
  }
}

function tidy({ percent, step }: EngineProgress): EngineProgress {
  return {
    ...(percent !== undefined && { percent: Math.round(percent * 10) / 10 }),
    ...(step !== undefined && { step: step.slice(0, MOST_STEP_CHARACTERS) }),
  };
}
