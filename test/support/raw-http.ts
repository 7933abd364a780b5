import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const ANSWER_LIMIT_MS = 5_000;

export interface RawAnswer {
  status: number;
  /** By lower-case name; of a repeated header the last one. */
  headers: Record<string, string>;
  /** Everything that came, interim answers (1xx) included. */
  text: string;
  /** Bytes that had been handed to the socket when the final answer came, headers included. */
  sent: number;
}

export interface RawRequest {
  /** The head, with lines of `\n` or `\r\n`; the empty line at its end is added. */
  head: string;
  /** Sent after the head, a piece at a time with pauses, until an answer comes. */
  body?: Iterable<string | Buffer>;
  /** Between two pieces of the body. */
  pauseMs?: number;
}

/**
 * A request as bytes, for what `fetch` does not send; resolves with the first final answer.
 * @param origin where the server listens, `http://…`
 */
export async function rawRequest(
  origin: string,
  { head, body = [], pauseMs = 5 }: RawRequest,
): Promise<RawAnswer> {
  const socket = await open(origin);
  try {
    const answer = readAnswer(socket);
    const answered = answer.then(
      () => true,
      () => true,
    );
    socket.write(`${head.trimEnd().replaceAll(/\r?\n/g, '\r\n')}\r\n\r\n`);
    for (const piece of body) {
      socket.write(piece);
      if (await Promise.race([answered, delay(pauseMs, false)])) break;
    }
    return await answer;
  } finally {
    socket.destroy();
  }
}

/** A connection to the server. */
async function open(origin: string): Promise<Socket> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** Resolves with the final answer once all of it came; `sent` counts to the moment when its head was complete. */
function readAnswer(socket: Socket): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let text = '';
    let sent: number | undefined;
    const fail = (why: string) => reject(new Error(`${why}: ${JSON.stringify(text.slice(0, 1_000))}`));
    const timer = setTimeout(() => fail('no answer in time'), ANSWER_LIMIT_MS);
    const finish = (closed: boolean) => {
      const answer = finalAnswer(text);
      if (answer === undefined) return closed ? fail('closed without an answer') : undefined;
      sent ??= socket.bytesWritten;
      if (closed || answer.complete) resolve({ ...answer, text, sent });
    };
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      finish(false);
    });
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => {
      clearTimeout(timer);
      finish(true);
    });
  });
}

interface FinalAnswer {
  status: number;
  headers: Record<string, string>;
  /** Whether all of its body is there. */
  complete: boolean;
}

/** The first answer that is not an interim one, once its head is complete. */
function finalAnswer(text: string): FinalAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const body = text.slice(end + 4);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
  if (status < 200) return finalAnswer(body);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const length = headers['content-length'];
  const complete =
    headers['transfer-encoding'] === 'chunked'
      ? body.endsWith('0\r\n\r\n')
      : length !== undefined && body.length >= Number(length);
  return { status, headers, complete };
}
