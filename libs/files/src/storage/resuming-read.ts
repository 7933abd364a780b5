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

/** What the reader has in hand. */
interface Reading {
  piece: Piece;
  /** The reader has left: nothing more is to be read, and an error is none. */
  isOver: boolean;
}

/**
 * A file from a storage across the network, as one stream: when a connection ends early, as one does whose reader is
 * slow, the rest is read over another. Only a read that brings nothing is given up, after some more of its kind.
 */
export async function openResuming(
  read: (range?: ByteRange) => Promise<Piece>,
  range?: ByteRange,
): Promise<Readable> {
  const reading: Reading = { piece: await read(range), isOver: false };
  const start = range?.start ?? 0;
  const span = { start, end: start + reading.piece.size - 1 };
  const stream = Readable.from(resume(read, reading, span), {
    objectMode: false,
    highWaterMark: READ_BUFFER_BYTES,
  });
  const close = stream._destroy.bind(stream);
  // A generator that was not asked for anything yet, or waits for the storage, does not learn that its reader left.
  stream._destroy = (error, done) => {
    reading.isOver = true;
    reading.piece.stream.destroy();
    close(error, done);
  };
  return stream;
}

async function* resume(
  read: (range?: ByteRange) => Promise<Piece>,
  reading: Reading,
  { start, end }: ByteRange,
): AsyncGenerator<Buffer> {
  let next = start;
  let idle = 0;
  for (;;) {
    const before = next;
    let reason: unknown = new Error('the storage sent fewer bytes than it said');
    try {
      for await (const chunk of withStallLimit(reading.piece.stream, STALL_MS, stalled)) {
        next += chunk.length;
        yield chunk;
      }
    } catch (error) {
      reason = error;
    }
    if (next > end || reading.isOver) return;
    idle = next > before ? 0 : idle + 1;
    if (idle >= MOST_RESUMES) throw new AppError('unavailable', undefined, {}, { cause: reason });
    reading.piece = await read({ start: next, end });
    if (reading.isOver) return void reading.piece.stream.destroy();
  }
}

function stalled(): Error {
  return new Error(`the storage sent nothing for ${STALL_MS / 1_000} s`);
}
