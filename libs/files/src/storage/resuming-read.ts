import { Readable } from 'node:stream';
import { AppError } from '#libs/errors';
import { withStallLimit } from '../content/stall-limit.js';
import type { ByteRange } from './storage.port.js';

/** Longest silence of the storage in the middle of a file. The time that the reader takes does not count. */
const STALL_MS = 30_000;
const MOST_RESUMES = 5;
const READ_BUFFER_BYTES = 64 * 1024;

/** The answer to one read of the storage. */
export interface Piece {
  stream: Readable;
  /** Bytes of it. */
  size: number;
}

/**
 * A file from a storage across the network, as one stream: when a connection ends early, as one does whose reader is
 * slow, the rest is read over another. Only a read that brings nothing is given up, after some more of its kind.
 */
export async function openResuming(
  read: (range?: ByteRange) => Promise<Piece>,
  range?: ByteRange,
): Promise<Readable> {
  const first = await read(range);
  const start = range?.start ?? 0;
  return Readable.from(resume(read, first, { start, end: start + first.size - 1 }), {
    objectMode: false,
    highWaterMark: READ_BUFFER_BYTES,
  });
}

async function* resume(
  read: (range?: ByteRange) => Promise<Piece>,
  first: Piece,
  { start, end }: ByteRange,
): AsyncGenerator<Buffer> {
  let next = start;
  let idle = 0;
  for (let piece = first; ; piece = await read({ start: next, end })) {
    const before = next;
    let reason: unknown = new Error('the storage sent fewer bytes than it said');
    try {
      for await (const chunk of withStallLimit(piece.stream, STALL_MS, stalled)) {
        next += chunk.length;
        yield chunk;
      }
    } catch (error) {
      reason = error;
    }
    if (next > end) return;
    idle = next > before ? 0 : idle + 1;
    if (idle >= MOST_RESUMES) throw new AppError('unavailable', undefined, {}, { cause: reason });
  }
}

function stalled(): Error {
  return new Error(`the storage sent nothing for ${STALL_MS / 1_000} s`);
}
