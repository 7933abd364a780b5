import type { ServerResponse } from 'node:http';
import { Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventBus } from '#libs/queue';
import { AccessTokenVerifier } from './access-token.verifier.js';
import { type Eviction, means, TokenCache, type VerifiedToken } from './token-cache.js';

/** A request that was let in, until its response is over. */
interface OpenRequest {
  token: VerifiedToken;
  response: ServerResponse;
  /** The token was revoked while the request was open. */
  revoked: boolean;
}

/** When those are looked at again that were no stream yet as their token was revoked, but were about to be one. */
const SECOND_LOOK_MS = 1_000;

/**
 * The requests that stand on a token right now. A stream may last for minutes, so it ends when its token is revoked,
 * here or on another replica, as if the connection broke; the client comes back and is asked to sign in. A call that
 * is about to answer with one body may finish. When a token merely expires nothing ends: it was good at the start.
 */
@Injectable()
export class OpenRequests {
  private readonly logger = new Logger('oauth');
  private readonly open = new Map<FastifyRequest, OpenRequest>();

  constructor(
    cache: TokenCache,
    events: EventBus,
    private readonly verifier: AccessTokenVerifier,
  ) {
    cache.onEviction((eviction) => this.revoke(eviction));
    events.onReconnected(() => {
      this.askAgain().catch((error: Error) => this.logger.error(`open requests: ${error.message}`));
    });
  }

  /** Remembers a request of this token until its response closes. */
  enter(request: FastifyRequest, reply: FastifyReply, token: VerifiedToken): void {
    this.open.set(request, { token, response: reply.raw, revoked: false });
    reply.raw.once('close', () => this.open.delete(request));
  }

  /** Whether the token was revoked since the request came, e.g. while its body was on the way. */
  isRevoked(request: FastifyRequest): boolean {
    return this.open.get(request)?.revoked ?? false;
  }

  get size(): number {
    return this.open.size;
  }

  /** Events were lost, so what they would have told is read. */
  private async askAgain(): Promise<void> {
    const tokens = new Map([...this.open.values()].map(({ token }) => [token.tokenHash, token]));
    for (const { tokenHash, expiresAt } of tokens.values()) {
      if (expiresAt.getTime() <= Date.now()) continue;
      if (!(await this.verifier.verifyHash(tokenHash))) this.revoke({ tokenHash });
    }
  }

  private revoke(eviction: Eviction): void {
    const meant = [...this.open.values()].filter(({ token }) => means(eviction, token));
    if (meant.length === 0) return;
    for (const entry of meant) entry.revoked = true;
    endStreams(meant);
    setTimeout(endStreams, SECOND_LOOK_MS, meant).unref();
  }
}

function endStreams(entries: OpenRequest[]): void {
  for (const { response } of entries) {
    if (isStream(response)) response.destroy();
  }
}

function isStream(response: ServerResponse): boolean {
  const type = response.getHeader('content-type');
  return response.headersSent && typeof type === 'string' && type.startsWith('text/event-stream');
}
