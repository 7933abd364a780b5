import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type SelectQueryBuilder } from 'typeorm';
import type { Actor } from '#libs/accounts';
import type { RequestContext } from '#libs/audit';
import { AppError } from '#libs/errors';
import { type ListPage, schemas } from '#libs/http';
import { GRANT_STANDS } from '../grants/grant-standing.js';
import { Grant } from '../grants/grant.entity.js';
import { GrantsService } from '../grants/grants.service.js';
import type { ListGrantsQuery } from './admin-grants.dto.js';

/** What a user allowed a client, as administrators see it. */
export interface GrantView {
  id: string;
  userId: string;
  email: string;
  /** The protocol's `client_id`. */
  clientId: string;
  clientName: string | null;
  scopes: string[];
  /** The protected resource that its tokens are for. */
  resource: string;
  createdAt: Date;
  expiresAt: Date;
  /** Last call with one of its tokens, within minutes. */
  lastUsedAt: Date | null;
  revokedAt: Date | null;
  revokedReason: string | null;
  /** It stands: neither revoked nor expired, and its user was not signed out everywhere since. */
  active: boolean;
}

const { listOf, orNull, text, time, uuid } = schemas;

export const GRANT_SCHEMA = schemas.view<GrantView>('Grant', {
  id: uuid,
  userId: uuid,
  email: schemas.email,
  clientId: text,
  clientName: orNull(text),
  scopes: listOf(text),
  resource: text,
  createdAt: time,
  expiresAt: time,
  lastUsedAt: orNull(time),
  revokedAt: orNull(time),
  revokedReason: orNull(text),
  active: schemas.flag,
});

/** What administrators do with the grants of all users. */
@Injectable()
export class AdminGrantsService {
  constructor(
    @InjectRepository(Grant) private readonly rows: Repository<Grant>,
    private readonly grants: GrantsService,
  ) {}

  /** The newest first. */
  async list(
    _actor: Actor,
    { userId, clientId, active, page, limit }: ListGrantsQuery,
  ): Promise<ListPage<GrantView>> {
    const query = this.views();
    if (userId) query.andWhere('g.user_id = :userId', { userId });
    if (clientId) query.andWhere('c.client_id = :clientId', { clientId: clientId.replaceAll('\0', '') });
    if (active !== undefined) query.andWhere(active ? `(${GRANT_STANDS})` : `NOT (${GRANT_STANDS})`);
    const total = await query.getCount();
    query
      .orderBy('g.created_at', 'DESC')
      .addOrderBy('g.id')
      .limit(limit)
      .offset((page - 1) * limit);
    return { items: await query.getRawMany<GrantView>(), page, limit, total };
  }

  /** @throws AppError `not_found` */
  async read(_actor: Actor, id: string): Promise<GrantView> {
    const view = await this.views().andWhere('g.id = :id', { id }).getRawOne<GrantView>();
    if (!view) throw new AppError('not_found', 'There is no such grant.');
    return view;
  }

  /**
   * Ends the grant with all its tokens. Doing it twice changes nothing.
   * @throws AppError `not_found`
   */
  async revoke(actor: Actor, id: string, { ip }: RequestContext): Promise<GrantView> {
    await this.read(actor, id);
    await this.grants.revoke(id, 'admin', { actorId: actor.userId, ip });
    return this.read(actor, id);
  }

  private views(): SelectQueryBuilder<Grant> {
    return this.rows
      .createQueryBuilder('g')
      .innerJoin('oauth_clients', 'c', 'c.id = g.client_id')
      .innerJoin('users', 'u', 'u.id = g.user_id')
      .select('g.id', 'id')
      .addSelect('g.user_id', 'userId')
      .addSelect('u.email', 'email')
      .addSelect('c.client_id', 'clientId')
      .addSelect('c.name', 'clientName')
      .addSelect('g.scopes', 'scopes')
      .addSelect('g.resource', 'resource')
      .addSelect('g.created_at', 'createdAt')
      .addSelect('g.expires_at', 'expiresAt')
      .addSelect('g.last_used_at', 'lastUsedAt')
      .addSelect('g.revoked_at', 'revokedAt')
      .addSelect('g.revoked_reason', 'revokedReason')
      .addSelect(GRANT_STANDS, 'active');
  }
}
