import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';
import { guardedConnection } from '#libs/outbound';
import { FetchTimeout } from './fetch-errors.js';

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

/** One request on the way to a file. */
export interface Hop {
  url: URL;
  /** Lets private addresses through. */
  allowPrivate: boolean;
  signal: AbortSignal;
  timeouts: FetchTimeouts;
}

/** GET. Resolves with the response headers; the address is checked when the connection is made. */
export async function request(
  { url, allowPrivate, signal, timeouts }: Hop,
  headers: OutgoingHttpHeaders = {},
): Promise<IncomingMessage> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const secure = url.protocol === 'https:';
    const outgoing = (secure ? https : http).request(url, {
      ...guardedConnection(secure, allowPrivate),
      signal,
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'ModelRunner/0.1', ...headers },
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
