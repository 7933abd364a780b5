import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, LessThan, Repository } from 'typeorm';
import { type Actor, type User } from '#libs/accounts';
import { type AuditEventType, AuditLog, type RequestContext } from '#libs/audit';
import { Transactions } from '#libs/database';
import { AppError } from '#libs/errors';
import { generateSecret, hashSecret } from '#libs/secrets';
import { TTL_MS } from '../lifetimes.js';
import type { OAuthClient } from '../clients/oauth-client.entity.js';
import { TokenCache } from '../tokens/token-cache.js';
import { AuthorizationCode } from './authorization-code.entity.js';
import { AuthorizationRequest } from './authorization-request.entity.js';
import { GRANT_STANDS } from './grant-standing.js';
import { Grant } from './grant.entity.js';

/** Why a grant ended. */
export type RevocationReason = 'user' | 'client' | 'admin' | 'code_replay' | 'refresh_reuse';

/** Who ends a grant, and from where. */
export interface RevokedBy extends RequestContext {
  /** The user who is signed in; left out when a client does it, or the server itself. */
  actorId?: string;
}

/** A connected assistant, as its user sees it. */
export interface Connection {
  id: string;
  clientName: string | null;
  clientId: string;
  clientKind: OAuthClient['kind'];
  /** Where the browser went with the code; null when that is no longer known. */
  redirectUri: string | null;
  scopes: string[];
  createdAt: Date;
  lastUsedAt: Date | null;
}

const MAX_CONNECTIONS = 100;

/** What the trail tells beside the end of the grant. */
const ALERTS: Partial<Record<RevocationReason, AuditEventType>> = {
  code_replay: 'authorization_code.replayed',
  refresh_reuse: 'refresh_token.reused',
};

const REVOKE = `
  UPDATE oauth_grants g SET revoked_at = now(), revoked_reason = $2
  FROM oauth_clients c WHERE c.id = g.client_id AND g.id = $1 AND g.revoked_at IS NULL
  RETURNING g.user_id, c.client_id`;

/** What users allowed: made by consent, ended by revocation. */
@Injectable()
export class GrantsService {
  constructor(
    @InjectRepository(Grant) private readonly grants: Repository<Grant>,
    private readonly transactions: Transactions,
    private readonly cache: TokenCache,
    private readonly audit: AuditLog,
  ) {}

  /**
   * The user's yes: uses the request up and makes the grant with its authorization code, or nothing of it. A second
   * submit of the same form finds the request used up.
   *
   * @param user as found when the form came: signed out since, and the grant is worthless from the start
   * @returns the authorization code, of which only the hash is kept
   */
  approve(
    user: User,
    client: OAuthClient,
    request: AuthorizationRequest,
    { ip }: RequestContext,
  ): Promise<string> {
    return this.transactions.run(async (manager) => {
      await useUp(manager, request);
      const grant = await manager.save(
        manager.create(Grant, {
          userId: user.id,
          signInEpoch: user.signInEpoch,
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
      const details = { scope: request.scopes.join(' ') };
      const event = { ...decided('consent.approved', user, client), grantId: grant.id, ip, details };
      await this.audit.record(event, manager);
      return code;
    });
  }

  /** The user's no: uses the request up. */
  deny(
    user: User,
    client: OAuthClient,
    request: AuthorizationRequest,
    { ip }: RequestContext,
  ): Promise<void> {
    return this.transactions.run(async (manager) => {
      await useUp(manager, request);
      await this.audit.record({ ...decided('consent.denied', user, client), ip }, manager);
    });
  }

  /** Ends a grant with all its tokens, here at once and on every other process within moments. */
  async revoke(grantId: string, reason: RevocationReason, by: RevokedBy): Promise<void> {
    await this.transactions.run(async (manager) => {
      const [rows] = await manager.query<[{ user_id: string; client_id: string }[], number]>(REVOKE, [
        grantId,
        reason,
      ]);
      const [ended] = rows;
      if (!ended) return;
      const facts = { ...by, userId: ended.user_id, clientId: ended.client_id, grantId };
      const alert = ALERTS[reason];
      if (alert) await this.audit.record({ ...facts, type: alert }, manager);
      await this.audit.record({ ...facts, type: 'grant.revoked', details: { reason } }, manager);
    });
    await this.cache.evict({ grantId });
  }

  /** @throws AppError `not_found` when the actor has no such connection */
  async revokeOwn(actor: Actor, grantId: string, context: RequestContext): Promise<void> {
    const owned = await this.grants.existsBy({ id: grantId, userId: actor.userId });
    if (!owned) throw new AppError('not_found', 'There is no such connection.');
    await this.revoke(grantId, 'user', { ...context, actorId: actor.userId });
  }

  /** The actor's connections that got tokens and still stand, the newest first. */
  async listConnections(actor: Actor): Promise<Connection[]> {
    return this.grants
      .createQueryBuilder('g')
      .innerJoin('oauth_clients', 'c', 'c.id = g.client_id')
      .innerJoin('users', 'u', 'u.id = g.user_id')
      .select('g.id', 'id')
      .addSelect('c.name', 'clientName')
      .addSelect('c.client_id', 'clientId')
      .addSelect('c.kind', 'clientKind')
      .addSelect(
        '(SELECT k.redirect_uri FROM oauth_authorization_codes k WHERE k.grant_id = g.id LIMIT 1)',
        'redirectUri',
      )
      .addSelect('g.scopes', 'scopes')
      .addSelect('g.created_at', 'createdAt')
      .addSelect('g.last_used_at', 'lastUsedAt')
      .where(`g.user_id = :userId AND ${GRANT_STANDS}`, { userId: actor.userId })
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

function decided(type: 'consent.approved' | 'consent.denied', { id }: User, { clientId }: OAuthClient) {
  return { type, actorId: id, userId: id, clientId };
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
