import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, Not, Repository } from 'typeorm';
import type { Actor } from '#libs/accounts';
import { AuditLog, type RequestContext } from '#libs/audit';
import { containing, Transactions } from '#libs/database';
import { AppError } from '#libs/errors';
import { type ListPage, schemas } from '#libs/http';
import { type ClientKind, OAuthClient } from '../clients/oauth-client.entity.js';
import { GRANT_STANDS } from '../grants/grant-standing.js';
import { TokenCache } from '../tokens/token-cache.js';
import { CLIENT_KINDS, type ListClientsQuery } from './admin-clients.dto.js';

/** A client, as administrators see one. Its secret is not known here either. */
export interface ClientView {
  /** Ours, for the admin routes. */
  id: string;
  /** The protocol's. */
  clientId: string;
  kind: ClientKind;
  name: string | null;
  redirectUris: string[];
  grantTypes: string[];
  tokenEndpointAuthMethod: string;
  scope: string;
  /** What else it told of itself. */
  metadata: Record<string, string>;
  createdAt: Date;
  /** Last token issued, within an hour; null when it never got one. */
  lastUsedAt: Date | null;
  /** Null: may be used. */
  disabledAt: Date | null;
}

const { listOf, orNull, text, time } = schemas;

export const CLIENT_SCHEMA = schemas.view<ClientView>('OAuthClient', {
  id: schemas.uuid,
  clientId: text,
  kind: schemas.oneOf(CLIENT_KINDS),
  name: orNull(text),
  redirectUris: listOf(text),
  grantTypes: listOf(text),
  tokenEndpointAuthMethod: schemas.like('none'),
  scope: schemas.like('mcp'),
  metadata: schemas.object,
  createdAt: time,
  lastUsedAt: orNull(time),
  disabledAt: orNull(time),
});

const STANDING_GRANTS = `
  SELECT g.id AS grant_id, g.user_id FROM oauth_grants g JOIN users u ON u.id = g.user_id
  WHERE g.client_id = $1 AND ${GRANT_STANDS} FOR UPDATE OF g`;

/**
 * What administrators do with the applications that ask users for access. The actor is null for an operator at the
 * command line. Each change is in the audit trail, and effective on every replica with the next request.
 */
@Injectable()
export class AdminClientsService {
  constructor(
    @InjectRepository(OAuthClient) private readonly clients: Repository<OAuthClient>,
    private readonly transactions: Transactions,
    private readonly cache: TokenCache,
    private readonly audit: AuditLog,
  ) {}

  /** The newest first. */
  async list(
    _actor: Actor | null,
    { search, kind, page, limit }: ListClientsQuery,
  ): Promise<ListPage<ClientView>> {
    const query = this.clients.createQueryBuilder('c');
    if (kind) query.andWhere('c.kind = :kind', { kind });
    if (search)
      query.andWhere('(c.name ILIKE :text OR c.client_id ILIKE :text)', { text: containing(search) });
    query
      .orderBy('c.created_at', 'DESC')
      .addOrderBy('c.id')
      .limit(limit)
      .offset((page - 1) * limit);
    const [clients, total] = await query.getManyAndCount();
    return { items: clients.map(viewOf), page, limit, total };
  }

  /** @throws AppError `not_found` */
  async read(_actor: Actor | null, id: string): Promise<ClientView> {
    const client = await this.clients.findOneBy({ id });
    if (!client) throw new AppError('not_found', 'There is no such client.');
    return viewOf(client);
  }

  /**
   * By the protocol's `client_id`.
   * @throws AppError `not_found`
   */
  async readByClientId(_actor: Actor | null, clientId: string): Promise<ClientView> {
    const client = await this.clients.findOneBy({ clientId });
    if (!client) throw new AppError('not_found', `There is no client ${clientId}.`);
    return viewOf(client);
  }

  /**
   * A disabled client can do nothing: its tokens rest, and nobody can connect it. Enabled again, they work again. Doing
   * it twice changes nothing.
   * @throws AppError `not_found`
   */
  async setDisabled(
    actor: Actor | null,
    id: string,
    disabled: boolean,
    context: RequestContext,
  ): Promise<ClientView> {
    const { clientId } = await this.read(actor, id);
    await this.transactions.run(async (manager) => {
      const { affected } = await manager.update(
        OAuthClient,
        { id, disabledAt: disabled ? IsNull() : Not(IsNull()) },
        { disabledAt: disabled ? new Date() : null },
      );
      if (!affected) return;
      const type = disabled ? 'client.disabled' : 'client.enabled';
      await this.audit.record({ type, clientId, actorId: actor?.userId ?? null, ip: context.ip }, manager);
    });
    if (disabled) await this.cache.evict({ clientId });
    return this.read(actor, id);
  }

  /**
   * Removes the client with everything that users allowed it. One that publishes a document comes back when somebody
   * connects it anew; disable it to keep it out.
   * @throws AppError `not_found`
   */
  async delete(actor: Actor | null, id: string, context: RequestContext): Promise<void> {
    const { clientId, kind, name } = await this.read(actor, id);
    const facts = { clientId, actorId: actor?.userId ?? null, ip: context.ip };
    await this.transactions.run(async (manager) => {
      const grants = await standingGrants(manager, id);
      const { affected } = await manager.delete(OAuthClient, { id });
      if (!affected) return;
      await this.audit.recordAll(
        grants.map(({ grantId, userId }) => ({
          ...facts,
          type: 'grant.revoked',
          grantId,
          userId,
          details: { reason: 'client_deleted' },
        })),
        manager,
      );
      const details = { kind, name, grants: grants.length };
      await this.audit.record({ ...facts, type: 'client.deleted', details }, manager);
    });
    await this.cache.evict({ clientId });
  }
}

/** Locked, so that none gets another token before it goes. */
async function standingGrants(
  manager: EntityManager,
  id: string,
): Promise<{ grantId: string; userId: string }[]> {
  const rows = await manager.query<{ grant_id: string; user_id: string }[]>(STANDING_GRANTS, [id]);
  return rows.map((row) => ({ grantId: row.grant_id, userId: row.user_id }));
}

function viewOf(client: OAuthClient): ClientView {
  const { id, clientId, kind, name, redirectUris, grantTypes, scope, createdAt, lastUsedAt, disabledAt } =
    client;
  return {
    id,
    clientId,
    kind,
    name,
    redirectUris,
    grantTypes,
    tokenEndpointAuthMethod: client.authMethod,
    scope,
    metadata: client.extra,
    createdAt,
    lastUsedAt,
    disabledAt,
  };
}
