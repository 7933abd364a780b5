import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { AppError } from '#libs/errors';
import { assertFetchableUrl, guardedConnection } from '#libs/outbound';
import { mediaType } from '../content/content-type.js';
import { suggestedFileName } from '../content/file-name.js';
import { withStallLimit } from '../content/stall-limit.js';
import { decodeContent } from './content-decoding.js';
import { FetchTimeout, toFetchError, unreachable } from './fetch-errors.js';

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Milliseconds. */
export interface FetchTimeouts {
  /** Name resolution, TCP and TLS of one hop. */
  connect: number;
  /** From the connection to the response headers of one hop. */
  firstByte: number;
  /** Between two pieces of the body. */
  stall: number;
  /** Everything together. */
  whole: number;
}

export const FETCH_TIMEOUTS: FetchTimeouts = {
  connect: 8_000,
  firstByte: 30_000,
  stall: 30_000,
  whole: 15 * 60_000,
};

export interface FetchOptions {
  /** Lets private addresses through. */
  allowPrivate: boolean;
  signal: AbortSignal;
  timeouts?: Partial<FetchTimeouts>;
}

export interface RemoteFile {
  /** The decoded body. Errors are AppErrors already. To be read to its end, or destroyed. */
  stream: Readable;
  /** As declared; undefined when missing or malformed. */
  contentType?: string;
  /** As declared; undefined when unknown. Never trusted as a limit. */
  contentLength?: number;
  /** Uncleaned. */
  fileName?: string;
}

interface Hop {
  url: URL;
  allowPrivate: boolean;
  signal: AbortSignal;
  timeouts: FetchTimeouts;
}

/**
 * GET of a URL that a caller gave. Every address is checked when the connection is made, so that a name which
 * resolves to something else the second time (DNS rebinding) gains nothing; redirects pass the same checks.
 *
 * @throws AppError `blocked_url`, `unreachable_url`, `invalid_input`, or `cancelled` when the signal fires
 */
export async function guardedFetch(target: string, options: FetchOptions): Promise<RemoteFile> {
  const timeouts = { ...FETCH_TIMEOUTS, ...options.timeouts };
  const whole = AbortSignal.timeout(timeouts.whole);
  const signal = AbortSignal.any([options.signal, whole]);
  const explain = (error: unknown, url: URL): AppError => {
    if (options.signal.aborted) return new AppError('cancelled', undefined, {}, { cause: error });
    return toFetchError(whole.aborted ? new FetchTimeout('took too long to send the file') : error, url);
  };
  let address = target;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    assertFetchableUrl(address, options.allowPrivate);
    const url = new URL(address);
    const hop = { url, allowPrivate: options.allowPrivate, signal, timeouts };
    const response = await request(hop).catch((error: unknown) => {
      throw explain(error, url);
    });
    if (!REDIRECTS.has(response.statusCode ?? 0))
      return remoteFile(response, hop, (error) => explain(error, url));
    response.destroy();
    address = redirectTarget(response, url);
  }
  throw unreachable(new URL(target), `redirects more than ${MOST_REDIRECTS} times`);
}

/** Resolves with the response headers. */
async function request({ url, allowPrivate, signal, timeouts }: Hop): Promise<IncomingMessage> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const outgoing = (secure ? https : http).request(url, {
      ...guardedConnection(secure, allowPrivate),
      signal,
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'ModelRunner/0.1' },
    });
    const limit = (milliseconds: number, message: string) =>
      setTimeout(() => outgoing.destroy(new FetchTimeout(message)), milliseconds);
    let timer = limit(timeouts.connect, 'did not accept the connection in time');
    outgoing.once('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer);
        timer = limit(timeouts.firstByte, 'did not answer in time');
      });
    });
    outgoing.once('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    // Stays after the response: a late error arrives here too, and the body reports it.
    outgoing.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    outgoing.end();
  });
}

function redirectTarget(response: IncomingMessage, from: URL): string {
  const { location } = response.headers;
  if (!location || !URL.canParse(location, from.href)) throw unreachable(from, 'redirects to nowhere');
  return new URL(location, from).href;
}

function remoteFile(response: IncomingMessage, hop: Hop, explain: (error: unknown) => AppError): RemoteFile {
  if (response.statusCode !== 200) {
    response.destroy();
    throw unreachable(hop.url, `answered with status ${response.statusCode}`);
  }
  const encoding = response.headers['content-encoding']?.trim().toLowerCase();
  const body = decodeContent(response, encoding, () =>
    unreachable(hop.url, `sent it encoded as ${encoding}`),
  );
  const encoded = body !== response;
  const length = Number(response.headers['content-length']);
  return {
    stream: Readable.from(readBody(response, body, hop.timeouts.stall, explain), { objectMode: false }),
    contentType: mediaType(response.headers['content-type']),
    contentLength:
      encoded || !response.headers['content-length'] || !Number.isSafeInteger(length) ? undefined : length,
    fileName: suggestedFileName(hop.url, response.headers['content-disposition']),
  };
}

/** The body, whose errors are AppErrors and whose end closes the connection. */
async function* readBody(
  response: IncomingMessage,
  body: Readable,
  stallMilliseconds: number,
  explain: (error: unknown) => AppError,
): AsyncGenerator<Buffer> {
  const stalled = () => new FetchTimeout('stopped sending before the file was complete');
  try {
    yield* withStallLimit(body, stallMilliseconds, stalled);
  } catch (error) {
    throw explain(error);
  } finally {
    response.destroy();
  }
}
