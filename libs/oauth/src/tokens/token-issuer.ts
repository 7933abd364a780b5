import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog, type RequestContext } from '#libs/audit';
import { generateSecret, hashSecret } from '#libs/secrets';
import type { OAuthClient } from '../clients/oauth-client.entity.js';
import { Grant } from '../grants/grant.entity.js';
import { OFFLINE_SCOPE } from '../grants/scopes.js';
import { TTL_MS } from '../lifetimes.js';
import { AccessToken } from './access-token.entity.js';
import { RefreshToken } from './refresh-token.entity.js';

/** RFC 6749 §5.1. `scope` and `expires_in` are always there: clients rely on both. */
export interface TokenResponse {
  access_token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  scope: string;
  refresh_token?: string;
}

/** Waits for nobody: another refresh may be marking it, and its deletion would wait for our lock on the grant. */
const MARK_USED = `
  UPDATE oauth_clients SET last_used_at = $2
  WHERE id = (SELECT id FROM oauth_clients WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED)`;

/** Mints tokens under a grant, inside the caller's transaction. */
@Injectable()
export class TokenIssuer {
  constructor(private readonly audit: AuditLog) {}

  /**
   * @param scopes of the access token: the grant's, or fewer
   * @param parent the refresh token that is being exchanged
   */
  async issue(
    manager: EntityManager,
    client: OAuthClient,
    grant: Grant,
    scopes: string[],
    parent: RefreshToken | null,
    { ip }: RequestContext,
  ): Promise<TokenResponse> {
    const now = Date.now();
    const refresh = mayRefresh(client, grant) ? await mintRefreshToken(manager, grant, parent, now) : null;
    const accessToken = generateSecret('mra_');
    const expiresAt = earlier(now + TTL_MS.accessToken, grant.expiresAt);
    await manager.insert(AccessToken, {
      tokenHash: hashSecret(accessToken),
      grantId: grant.id,
      refreshTokenId: refresh?.id ?? null,
      scopes,
      expiresAt,
    });
    await markUsed(manager, client, now);
    await this.audit.record(
      {
        type: parent ? 'tokens.refreshed' : 'tokens.issued',
        userId: grant.userId,
        clientId: client.clientId,
        grantId: grant.id,
        ip,
        details: { scope: scopes.join(' ') },
      },
      manager,
    );
    return {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: Math.floor((expiresAt.getTime() - now) / 1_000),
      scope: scopes.join(' '),
      ...(refresh && { refresh_token: refresh.secret }),
    };
  }
}

/** A client gets a refresh token if it registered for the grant type, or its user allowed it to stay connected. */
function mayRefresh(client: OAuthClient, grant: Grant): boolean {
  return client.grantTypes.includes('refresh_token') || grant.scopes.includes(OFFLINE_SCOPE);
}

async function mintRefreshToken(
  manager: EntityManager,
  grant: Grant,
  parent: RefreshToken | null,
  now: number,
): Promise<{ id: string; secret: string }> {
  const secret = generateSecret('mrr_');
  const token = await manager.save(
    manager.create(RefreshToken, {
      tokenHash: hashSecret(secret),
      grantId: grant.id,
      parentId: parent?.id ?? null,
      expiresAt: earlier(now + TTL_MS.refreshTokenIdle, grant.expiresAt),
    }),
  );
  return { id: token.id, secret };
}

/** At most once an hour, so that the refreshes of a client with many users do not queue up on its row. */
async function markUsed(manager: EntityManager, client: OAuthClient, now: number): Promise<void> {
  if (client.lastUsedAt && client.lastUsedAt.getTime() > now - 3_600_000) return;
  await manager.query(MARK_USED, [client.id, new Date(now)]);
}

function earlier(milliseconds: number, end: Date): Date {
  return new Date(Math.min(milliseconds, end.getTime()));
}
