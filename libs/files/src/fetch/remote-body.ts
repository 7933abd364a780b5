import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { withStallLimit } from '../content/stall-limit.js';
import { FetchTimeout } from './fetch-errors.js';
import { type Hop, request } from './hop.js';

/** How often a body that broke off is asked for again, from where it broke. */
const MOST_RESUMES = 3;
const RESUME_DELAY_MS = 300;

const stalled = () => new FetchTimeout('stopped sending before the file was complete');

/** A body that is decoded on its way; its end closes the connection. */
export async function* decodedBody(
  response: IncomingMessage,
  decoded: Readable,
  { timeouts }: Hop,
): AsyncGenerator<Buffer> {
  try {
    yield* withStallLimit(decoded, timeouts.stall, stalled);
  } finally {
    response.destroy();
  }
}

/**
 * A body as it was sent. When the connection breaks or falls silent, the rest is asked for where the server can tell
 * that the file is still the same one (RFC 9110 §13.1.5 and §14.2): else the error stands.
 */
export async function* resumableBody(first: IncomingMessage, hop: Hop): AsyncGenerator<Buffer> {
  let next = first;
  let received = 0;
  for (let resumes = 0; ; resumes += 1) {
    const response = next;
    try {
      for await (const chunk of withStallLimit(response, hop.timeouts.stall, stalled)) {
        received += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      const rest = resumes < MOST_RESUMES ? await resume(first, received, hop) : null;
      if (rest === null) throw error;
      next = rest;
    } finally {
      response.destroy();
    }
  }
}

/** @returns null when the rest cannot be had */
async function resume(first: IncomingMessage, received: number, hop: Hop): Promise<IncomingMessage | null> {
  const { etag } = first.headers;
  if (received === 0 || !etag?.startsWith('"') || hop.signal.aborted) return null;
  try {
    await delay(RESUME_DELAY_MS, undefined, { signal: hop.signal });
    const response = await request(hop, { range: `bytes=${received}-`, 'if-range': etag });
    if (isTheRest(response, first, received)) return response;
    response.destroy();
  } catch {
    // What broke the body first is the better reason.
  }
  return null;
}

function isTheRest(response: IncomingMessage, first: IncomingMessage, received: number): boolean {
  const { headers, statusCode } = response;
  const range = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
  if (statusCode !== 206 || range === null || headers['content-encoding'] !== undefined) return false;
  if (headers.etag !== undefined && headers.etag !== first.headers.etag) return false;
  const announced = first.headers['content-length'];
  const isSameLength = announced === undefined || Number(range[2]) + 1 === Number(announced);
  return Number(range[1]) === received && isSameLength;
}
