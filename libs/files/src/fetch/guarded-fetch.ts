import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { AppError } from '#libs/errors';
import { assertFetchableUrl } from '#libs/outbound';
import { mediaType } from '../content/content-type.js';
import { suggestedFileName } from '../content/file-name.js';
import { decodeContent } from './content-decoding.js';
import { FetchTimeout, toFetchError, unreachable } from './fetch-errors.js';
import { FETCH_TIMEOUTS, type FetchTimeouts, type Hop, request } from './hop.js';
import { decodedBody, resumableBody } from './remote-body.js';

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

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
  const decoded = decodeContent(response, encoding, () =>
    unreachable(hop.url, `sent it encoded as ${encoding}`),
  );
  const bytes = decoded === response ? resumableBody(response, hop) : decodedBody(response, decoded, hop);
  const length = Number(response.headers['content-length']);
  const isKnown = decoded === response && response.headers['content-length'] && Number.isSafeInteger(length);
  return {
    stream: Readable.from(
      explained(bytes, explain, () => response.destroy()),
      { objectMode: false },
    ),
    contentType: mediaType(response.headers['content-type']),
    contentLength: isKnown ? length : undefined,
    fileName: suggestedFileName(hop.url, response.headers['content-disposition']),
  };
}

/** The body, whose errors are AppErrors. */
function explained(
  bytes: AsyncGenerator<Buffer>,
  explain: (error: unknown) => AppError,
  close: () => void,
): AsyncIterableIterator<Buffer> {
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () =>
      bytes.next().catch((error: unknown) => {
        throw explain(error);
      }),
    return() {
      // A generator that nobody has asked for anything has nothing to clean up, but the connection is open.
      close();
      return bytes.return(undefined);
    },
  };
}
