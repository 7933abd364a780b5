import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Actor, USER_SIGNED_OUT_EVERYWHERE } from '#libs/accounts';
import { EventBus } from '#libs/queue';
import { TTL_MS } from '../lifetimes.js';

/** An access token that was found to be good. */
export interface VerifiedToken {
  tokenHash: string;
  actor: Actor;
  scopes: string[];
  expiresAt: Date;
  /** The protocol's `client_id`. */
  clientId: string;
  grantId: string;
}

/** Names the tokens to forget: those for which every given field is equal. */
export interface Eviction {
  tokenHash?: string;
  grantId?: string;
  userId?: string;
  clientId?: string;
}

/** Whether this token is one of those that the eviction names. */
export function means({ tokenHash, grantId, userId, clientId }: Eviction, token: VerifiedToken): boolean {
  return (
    (tokenHash === undefined || tokenHash === token.tokenHash) &&
    (grantId === undefined || grantId === token.grantId) &&
    (userId === undefined || userId === token.actor.userId) &&
    (clientId === undefined || clientId === token.clientId)
  );
}

const REVOKED = 'oauth.revoked';

/**
 * Good tokens, remembered for seconds. A revocation empties it here at once and elsewhere by an event; if the event
 * is lost, the seconds are the bound.
 */
@Injectable()
export class TokenCache implements OnApplicationShutdown {
  private readonly tokens = new LRUCache<string, VerifiedToken>({ max: 10_000, ttl: TTL_MS.verifiedToken });
  private readonly subscriptions: (() => void)[];
  private readonly listeners: ((eviction: Eviction) => void)[] = [];
  /** What was evicted while a row is being read, for each row that is. */
  private readonly loading = new Set<Eviction[]>();

  constructor(private readonly events: EventBus) {
    this.subscriptions = [REVOKED, USER_SIGNED_OUT_EVERYWHERE].map((topic) =>
      events.subscribe<Eviction>(topic, (eviction) => this.forget(eviction)),
    );
    this.subscriptions.push(events.onReconnected(() => this.forgetAll()));
  }

  onApplicationShutdown(): void {
    for (const unsubscribe of this.subscriptions) unsubscribe();
  }

  /** The token under this hash, if it is remembered. */
  peek(tokenHash: string): VerifiedToken | undefined {
    return this.tokens.get(tokenHash);
  }

  /** The token under this hash; else asks `load` and remembers what it finds. What is not good is not remembered. */
  async get(tokenHash: string, load: () => Promise<VerifiedToken | null>): Promise<VerifiedToken | null> {
    const known = this.peek(tokenHash);
    if (known) return known;
    const evicted: Eviction[] = [];
    this.loading.add(evicted);
    try {
      let loaded: VerifiedToken | null;
      do {
        evicted.length = 0;
        loaded = await load();
        // Read before it was revoked, perhaps, and then neither to be remembered nor to be let in.
      } while (loaded && evicted.some((eviction) => means(eviction, loaded as VerifiedToken)));
      if (loaded) this.tokens.set(tokenHash, loaded);
      return loaded;
    } finally {
      this.loading.delete(evicted);
    }
  }

  /** Calls back when tokens are revoked, here or on another process: to end what still stands on them. */
  onEviction(listener: (eviction: Eviction) => void): void {
    this.listeners.push(listener);
  }

  /** Forgets these tokens here and on every other process, and ends what stands on them. */
  async evict(eviction: Eviction): Promise<void> {
    this.forget(eviction);
    await this.events.publish(REVOKED, eviction);
  }

  /** Revocations may have been missed. Not an eviction: nothing is known to be revoked. */
  private forgetAll(): void {
    for (const evicted of this.loading) evicted.push({});
    this.tokens.clear();
  }

  private forget(eviction: Eviction): void {
    for (const evicted of this.loading) evicted.push(eviction);
    for (const [hash, token] of this.tokens.entries()) {
      if (means(eviction, token)) this.tokens.delete(hash);
    }
    for (const listener of this.listeners) listener(eviction);
  }
}
