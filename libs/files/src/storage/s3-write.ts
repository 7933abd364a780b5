import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { rethrow, SLOW_REQUEST } from './s3-connection.js';

/** What is in memory at once is twice this: a piece on its way, and the next one filling. 10,000 make 78 GiB. */
const PIECE_BYTES = 8 * 1024 * 1024;

interface Target {
  Bucket: string;
  Key: string;
}

interface SentPart {
  PartNumber: number;
  ETag?: string;
}

/**
 * Writes bytes of unknown length: a short file in one request, a longer one in parts. The object appears at the end,
 * whole; when anything fails, the source too, nothing of it stays.
 * @throws AppError `storage_full`, `unavailable`; whatever `bytes` throws
 */
export async function writeObject(
  client: S3Client,
  target: Target,
  bytes: AsyncIterable<Uint8Array>,
): Promise<void> {
  const pieces = inPieces(bytes, PIECE_BYTES);
  try {
    // An array, because what is taken out of it is referenced from nowhere when it is sent.
    const ahead = [await take(pieces), await take(pieces)];
    if (ahead[1]) {
      await writeInParts(client, target, replay(ahead, pieces));
    } else {
      const command = new PutObjectCommand({ ...target, Body: ahead[0] ?? Buffer.alloc(0) });
      await client.send(command).catch(rethrow);
    }
  } finally {
    await pieces.return(undefined);
  }
}

async function writeInParts(client: S3Client, target: Target, pieces: AsyncIterable<Buffer>): Promise<void> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target)).catch(rethrow);
  const upload = { ...target, UploadId };
  try {
    const parts = await sendParts(client, upload, pieces);
    const command = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } });
    await client.send(command, SLOW_REQUEST).catch(rethrow);
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
    throw error;
  }
}

/** One part is sent while the next is gathered. */
async function sendParts(
  client: S3Client,
  upload: Target & { UploadId: string | undefined },
  pieces: AsyncIterable<Buffer>,
): Promise<SentPart[]> {
  const parts: SentPart[] = [];
  let sending: Promise<void> = Promise.resolve();
  let number = 0;
  try {
    for await (const Body of pieces) {
      await sending;
      const PartNumber = (number += 1);
      const command = new UploadPartCommand({ ...upload, PartNumber, Body });
      sending = client.send(command).then(({ ETag }) => void parts.push({ PartNumber, ETag }), rethrow);
      // Its failure is seen at the next `await`; until then it must not count as unhandled.
      sending.catch(() => undefined);
    }
    await sending;
    return parts;
  } finally {
    // An upload that is aborted while a part is under way would keep that part.
    await sending.catch(() => undefined);
  }
}

/** Cuts a stream into buffers of exactly `size` bytes; the last has the rest. Nothing for an empty stream. */
async function* inPieces(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer, undefined> {
  let piece: Buffer | undefined;
  let filled = 0;
  for await (const chunk of bytes) {
    for (let offset = 0; offset < chunk.length;) {
      piece ??= Buffer.allocUnsafe(size);
      const part = chunk.subarray(offset, offset + size - filled);
      piece.set(part, filled);
      filled += part.length;
      offset += part.length;
      if (filled < size) continue;
      yield piece;
      [piece, filled] = [undefined, 0];
    }
  }
  if (piece) yield piece.subarray(0, filled);
  return undefined;
}

async function take(pieces: AsyncGenerator<Buffer, undefined>): Promise<Buffer | undefined> {
  return (await pieces.next()).value;
}

async function* replay(ahead: (Buffer | undefined)[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for (let piece = ahead.shift(); piece; piece = ahead.shift()) yield piece;
  yield* rest;
}
