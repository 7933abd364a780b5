import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, LessThan, Repository } from 'typeorm';
import { type Actor } from '#libs/accounts';
import { Transactions } from '#libs/database';
import { AppError } from '#libs/errors';
import { generateSecret, hashSecret } from '#libs/secrets';
import { TTL_MS } from '../limits.js';
import { TokenCache } from '../tokens/token-cache.js';
import { AuthorizationCode } from './authorization-code.entity.js';
import { AuthorizationRequest } from './authorization-request.entity.js';
import { Grant } from './grant.entity.js';

/** Why a grant ended. */
export type RevocationReason = 'user' | 'client' | 'admin' | 'code_replay' | 'refresh_reuse';

/** A connected assistant, as its user sees it. */
export interface Connection {
  id: string;
  clientName: string | null;
  clientId: string;
  scopes: string[];
  createdAt: Date;
  lastUsedAt: Date | null;
}

const MAX_CONNECTIONS = 100;

/** What users allowed: made by consent, ended by revocation. */
@Injectable()
export class GrantsService {
  constructor(
    @InjectRepository(Grant) private readonly grants: Repository<Grant>,
    private readonly transactions: Transactions,
    private readonly cache: TokenCache,
  ) {}

  /**
   * The user's yes: uses the request up and makes the grant with its authorization code, or nothing of it. A second
   * submit of the same form finds the request used up.
   *
   * @returns the authorization code, of which only the hash is kept
   */
  approve(userId: string, request: AuthorizationRequest): Promise<string> {
    return this.transactions.run(async (manager) => {
      await useUp(manager, request);
      const grant = await manager.save(
        manager.create(Grant, {
          userId,
          clientId: request.clientId,
          scopes: request.scopes,
          resource: request.resource,
          expiresAt: new Date(Date.now() + TTL_MS.grant),
        }),
      );
      const code = generateSecret('mrg_');
      await manager.insert(AuthorizationCode, {
        codeHash: hashSecret(code),
        grantId: grant.id,
        redirectUri: request.redirectUri,
        codeChallenge: request.codeChallenge,
        expiresAt: new Date(Date.now() + TTL_MS.code),
      });
      return code;
    });
  }

  /** The user's no: uses the request up. */
  deny(request: AuthorizationRequest): Promise<void> {
    return this.transactions.run((manager) => useUp(manager, request));
  }

  /** Ends a grant with all its tokens, here at once and on every other process within moments. */
  async revoke(grantId: string, reason: RevocationReason): Promise<void> {
    await this.grants.update(
      { id: grantId, revokedAt: IsNull() },
      { revokedAt: new Date(), revokedReason: reason },
    );
    await this.cache.evict({ grantId });
  }

  /** @throws AppError `not_found` when the actor has no such connection */
  async revokeOwn(actor: Actor, grantId: string): Promise<void> {
    const owned = await this.grants.existsBy({ id: grantId, userId: actor.userId });
    if (!owned) throw new AppError('not_found', 'There is no such connection.');
    await this.revoke(grantId, 'user');
  }

  /** The actor's connections that got tokens and still stand, the newest first. */
  async listConnections(actor: Actor): Promise<Connection[]> {
    return this.grants
      .createQueryBuilder('g')
      .innerJoin('oauth_clients', 'c', 'c.id = g.client_id')
      .select('g.id', 'id')
      .addSelect('c.name', 'clientName')
      .addSelect('c.client_id', 'clientId')
      .addSelect('g.scopes', 'scopes')
      .addSelect('g.created_at', 'createdAt')
      .addSelect('g.last_used_at', 'lastUsedAt')
      .where('g.user_id = :userId AND g.revoked_at IS NULL AND g.expires_at > now()', {
        userId: actor.userId,
      })
      .andWhere(
        `(EXISTS (SELECT FROM oauth_access_tokens t WHERE t.grant_id = g.id AND t.expires_at > now())
          OR EXISTS (SELECT FROM oauth_refresh_tokens r WHERE r.grant_id = g.id AND r.expires_at > now()))`,
      )
      .orderBy('g.created_at', 'DESC')
      .limit(MAX_CONNECTIONS)
      .getRawMany<Connection>();
  }

  /** Removes what is long over, with its codes and tokens. */
  async deleteExpired(now: Date): Promise<number> {
    const { affected } = await this.grants.delete({ expiresAt: LessThan(now) });
    return affected ?? 0;
  }
}

/** Marks the request as decided; exactly one caller can. */
async function useUp(manager: EntityManager, request: AuthorizationRequest): Promise<void> {
  const { affected } = await manager.update(
    AuthorizationRequest,
    { id: request.id, decidedAt: IsNull() },
    { decidedAt: new Date() },
  );
  if (affected !== 1) throw new AppError('conflict', 'This request was already answered.');
}
