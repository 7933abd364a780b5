import type { Readable } from 'node:stream';

/**
 * Passes a stream on, with a limit on the time that its source lets pass between two pieces. The time that the
 * reader takes does not count.
 * @param stalled makes the error that ends the source
 * @param options.keep leaves the source open when the reader stops early: an HTTP request must live to be answered
 */
export async function* withStallLimit(
  source: Readable,
  milliseconds: number,
  stalled: () => Error,
  { keep = false }: { keep?: boolean } = {},
): AsyncGenerator<Buffer> {
  let waiting = false;
  const timer = setTimeout(() => {
    if (waiting) source.destroy(stalled());
  }, milliseconds);
  const chunks = source.iterator({ destroyOnReturn: !keep }) as AsyncIterator<Buffer>;
  try {
    for (;;) {
      waiting = true;
      timer.refresh();
      const next = await chunks.next();
      waiting = false;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    clearTimeout(timer);
    await chunks.return?.();
  }
}
