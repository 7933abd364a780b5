import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Actor, USER_SIGNED_OUT_EVERYWHERE } from '#libs/accounts';
import { EventBus } from '#libs/queue';
import { TTL_MS } from '../limits.js';

/** An access token that was found to be good. */
export interface VerifiedToken {
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

const REVOKED = 'oauth.revoked';

/**
 * Good tokens, remembered for seconds. A revocation empties it here at once and elsewhere by an event; if the event
 * is lost, the seconds are the bound.
 */
@Injectable()
export class TokenCache implements OnApplicationShutdown {
  private readonly tokens = new LRUCache<string, VerifiedToken>({ max: 10_000, ttl: TTL_MS.verifiedToken });
  private readonly subscriptions: (() => void)[];
  private evictions = 0;

  constructor(private readonly events: EventBus) {
    this.subscriptions = [REVOKED, USER_SIGNED_OUT_EVERYWHERE].map((topic) =>
      events.subscribe<Eviction>(topic, (eviction) => this.forget(eviction)),
    );
  }

  onApplicationShutdown(): void {
    for (const unsubscribe of this.subscriptions) unsubscribe();
  }

  /** The token under this hash; else asks `load` and remembers what it finds. What is not good is not remembered. */
  async get(tokenHash: string, load: () => Promise<VerifiedToken | null>): Promise<VerifiedToken | null> {
    const known = this.tokens.get(tokenHash);
    if (known) return known;
    const evictionsBefore = this.evictions;
    const loaded = await load();
    // Something was revoked while the row was read: it may have been this token.
    if (loaded && this.evictions === evictionsBefore) this.tokens.set(tokenHash, loaded);
    return loaded;
  }

  async evict(eviction: Eviction): Promise<void> {
    this.forget(eviction);
    await this.events.publish(REVOKED, eviction);
  }

  private forget({ tokenHash, grantId, userId, clientId }: Eviction): void {
    this.evictions += 1;
    for (const [hash, token] of this.tokens.entries()) {
      const matches =
        (tokenHash === undefined || tokenHash === hash) &&
        (grantId === undefined || grantId === token.grantId) &&
        (userId === undefined || userId === token.actor.userId) &&
        (clientId === undefined || clientId === token.clientId);
      if (matches) this.tokens.delete(hash);
    }
  }
}
