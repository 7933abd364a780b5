import type { IncomingMessage } from 'node:http';
import https from 'node:https';
import { Inject, Injectable, Optional } from '@nestjs/common';
import pLimit from 'p-limit';
import { APP_CONFIG, type AppConfig } from '#libs/config';
import { AppError } from '#libs/errors';
import { connectionFailure, guardedConnection, RefusedAddress } from '#libs/outbound';
import { documentLifetimeMs } from './document-lifetime.js';

/** Draft-ietf-oauth-client-id-metadata-document §6.6 */
const MAX_BYTES = 5 * 1024;

/** Name resolution, connection, answer and the whole body together. */
const WHOLE_MS = 5_000;

/** Fetches in one process, and how many wait for their turn: the last for a few rounds of {@link WHOLE_MS} at worst. */
const MOST = { running: 8, waiting: 32 };
const RETRY_AFTER_SECONDS = 10;

/** DI token: certificates to trust instead of the well-known ones, for tests. */
export const CLIENT_DOCUMENT_TLS = Symbol('CLIENT_DOCUMENT_TLS');

/** What the host of a document answered. */
export interface FetchedDocument {
  /** As parsed; not checked in any way. */
  content: unknown;
  /** How long it holds. */
  lifetimeMs: number;
}

/** A document that could not be had. The message completes "The server of the document …" and names no address. */
export class DocumentUnavailable extends Error {
  override readonly name = 'DocumentUnavailable';
}

/**
 * Fetches the documents that clients name themselves by. Anyone can make this server ask any host, without having
 * signed in, so it asks little: https only, public addresses only (decided where the name is resolved), no redirect,
 * no compression, 5 KB, 5 seconds, and a few at a time.
 */
@Injectable()
export class ClientDocumentFetcher {
  private readonly limit = pLimit(MOST.running);

  constructor(
    @Inject(APP_CONFIG) private readonly config: AppConfig,
    @Optional() @Inject(CLIENT_DOCUMENT_TLS) private readonly tls: { ca?: string } = {},
  ) {}

  /**
   * @param url a well-formed client id; what it may look like is not checked here
   * @throws DocumentUnavailable, or AppError `rate_limited` when too many wait already
   */
  async fetch(url: string): Promise<FetchedDocument> {
    if (this.limit.pendingCount >= MOST.waiting) {
      throw new AppError('rate_limited', 'Too many want this at once. Try again in a few seconds.', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    return this.limit(() => this.fetchNow(url));
  }

  private async fetchNow(url: string): Promise<FetchedDocument> {
    const whole = AbortSignal.timeout(WHOLE_MS);
    try {
      const response = await this.request(url, whole);
      try {
        requireDocument(response);
        const content = parse(await readBody(response));
        const { 'cache-control': cacheControl, age } = response.headers;
        return { content, lifetimeMs: documentLifetimeMs(cacheControl, age) };
      } finally {
        response.destroy();
      }
    } catch (error) {
      if (whole.aborted) throw unavailable(`did not send it within ${WHOLE_MS / 1_000} seconds`, error);
      throw error instanceof DocumentUnavailable ? error : unavailable(reasonOf(error), error);
    }
  }

  /** Resolves with the response headers. */
  private request(url: string, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = https.request(url, {
        ...guardedConnection(true, this.config.ALLOW_PRIVATE_URLS),
        ...this.tls,
        signal,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          'user-agent': 'ModelRunner/0.1',
        },
      });
      outgoing.once('response', resolve);
      // Stays after the response: a late error arrives here too, and the body reports it.
      outgoing.on('error', reject);
      outgoing.end();
    });
  }
}

/** §6.1: 200 and nothing else; a redirect is not followed (§5). */
function requireDocument({ statusCode = 0, headers }: IncomingMessage): void {
  if (statusCode >= 300 && statusCode < 400) throw unavailable('redirects to another address');
  if (statusCode !== 200) throw unavailable(`answered with status ${statusCode}`);
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';', 1);
  if (!/^application\/([\w.+-]+\+)?json$/i.test(mediaType.trim())) throw unavailable('did not send JSON');
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity') throw unavailable('sent it compressed');
  if (Number(headers['content-length'] ?? 0) > MAX_BYTES) throw tooLarge();
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw unavailable('did not send JSON', error);
  }
}

/** A name without any address and one with a private address look the same: strangers shall not map the network. */
function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof RefusedAddress || code === 'ENOTFOUND') return 'has no public address';
  return connectionFailure(error);
}

function tooLarge(): DocumentUnavailable {
  return unavailable(`sends more than ${MAX_BYTES / 1024} KB`);
}

function unavailable(reason: string, cause?: unknown): DocumentUnavailable {
  return new DocumentUnavailable(reason, { cause });
}
