import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

export interface PeekedBytes {
  /** At least the bytes asked for, or everything when the source is shorter. */
  head: Buffer;
  /** The whole again, head included; to be read once. */
  whole: AsyncIterable<Buffer>;
}

/** Reads the first bytes of a stream without losing them. */
export async function peek(source: Readable, atLeast: number): Promise<PeekedBytes> {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first: Buffer[] = [];
  for (let length = 0; length < atLeast;) {
    const next = await chunks.next();
    if (next.done) break;
    first.push(next.value);
    length += next.value.length;
  }
  const head = Buffer.concat(first);
  return { head, whole: replay(head, chunks) };
}

/** What came first, then the rest without a step of its own: each costs time for every piece of a large file. */
function replay(head: Buffer, rest: AsyncIterator<Buffer>): AsyncIterableIterator<Buffer> {
  let isFirst = true;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (!isFirst) return rest.next();
      isFirst = false;
      return Promise.resolve({ done: false, value: head });
    },
    async return() {
      await rest.return?.();
      return { done: true, value: undefined };
    },
  };
}

/** Counts and hashes bytes on their way, and stops them at a limit. Count and hash are final once it was read. */
export class MeasuredBytes implements AsyncIterable<Buffer> {
  private readonly hash = createHash('sha256');
  private count = 0;

  /**
   * @param limit most bytes that pass
   * @param tooLarge makes the error that is thrown at the first byte more
   */
  constructor(
    private readonly source: AsyncIterable<Buffer>,
    private readonly limit: number,
    private readonly tooLarge: () => Error,
  ) {}

  get size(): number {
    return this.count;
  }

  /** Hex. Ends the hashing, so it can be read once. */
  sha256(): string {
    return this.hash.digest('hex');
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    for await (const chunk of this.source) {
      this.count += chunk.length;
      if (this.count > this.limit) throw this.tooLarge();
      this.hash.update(chunk);
      yield chunk;
    }
  }
}
