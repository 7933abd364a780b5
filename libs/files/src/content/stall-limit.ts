import type { Readable } from 'node:stream';

/**
 * Passes a stream on, with a limit on the time that its source lets pass between two pieces. The time that the
 * reader takes does not count.
 * @param stalled makes the error that ends the source
 * @param options.keep leaves the source open when the reader stops early: an HTTP request must live to be answered
 */
export function withStallLimit(
  source: Readable,
  milliseconds: number,
  stalled: () => Error,
  { keep = false }: { keep?: boolean } = {},
): AsyncIterableIterator<Buffer> {
  let waiting = false;
  const timer = setTimeout(() => {
    if (waiting) source.destroy(stalled());
  }, milliseconds);
  const chunks = source.iterator({ destroyOnReturn: !keep }) as AsyncIterator<Buffer>;
  // No generator: of the many steps that each piece takes to the disk, this one costs nothing that way.
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      waiting = true;
      timer.refresh();
      try {
        const next = await chunks.next();
        if (next.done) clearTimeout(timer);
        return next;
      } catch (error) {
        clearTimeout(timer);
        throw error;
      } finally {
        waiting = false;
      }
    },
    async return() {
      clearTimeout(timer);
      await chunks.return?.();
      return { done: true, value: undefined };
    },
  };
}
