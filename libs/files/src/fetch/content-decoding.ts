import type { IncomingMessage } from 'node:http';
import { pipeline, type Duplex, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

const DECODERS: Record<string, () => Duplex> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * The body as the author of the file wrote it (RFC 9110 §8.4). We ask for `identity`, but some servers compress
 * all the same. Decoding streams, and its output is what is counted, so a bomb meets the size limit.
 */
export function decodeContent(
  response: IncomingMessage,
  encoding: string | undefined,
  unsupported: () => Error,
): Readable {
  if (!encoding || encoding === 'identity') return response;
  const decoder = DECODERS[encoding];
  if (!decoder) {
    response.destroy();
    throw unsupported();
  }
  // An error of either side destroys the decoder, and its reader sees it there.
  return pipeline(response, decoder(), () => undefined);
}
