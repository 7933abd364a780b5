import { AppError } from '#libs/errors';

const RETRY_AFTER_SECONDS = 10;

/** Lets a few pieces of work run at once and a few more wait their turn, first come, first served. */
export class Slots {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly most: number,
    private readonly mostWaiting: number,
  ) {}

  /** @throws AppError `rate_limited` when too many wait already */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.running < this.most) this.running += 1;
    else await this.turn();
    try {
      return await work();
    } finally {
      // The slot passes from hand to hand, so nobody who comes later gets in between.
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }

  private turn(): Promise<void> {
    if (this.waiting.length >= this.mostWaiting) {
      throw new AppError('rate_limited', 'Too many want this at once. Try again in a few seconds.', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}
