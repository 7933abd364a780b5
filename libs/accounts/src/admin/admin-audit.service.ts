import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, MoreThanOrEqual, Repository } from 'typeorm';
import { AUDIT_EVENT_TYPES, AuditRecord } from '#libs/audit';
import { schemas } from '#libs/http';
import type { Actor } from '../actor.js';
import type { ListAuditQuery } from './admin-audit.dto.js';

/**
 * Records of the audit trail, the newest first. Read by cursor and not by page: while someone reads, more are
 * written at the front.
 */
export interface AuditPage {
  items: AuditRecord[];
  limit: number;
  /** For the next page; null on the last one. */
  nextCursor: string | null;
}

const { orNull, uuid, text } = schemas;

export const AUDIT_RECORD_SCHEMA = schemas.view<AuditRecord>('AuditRecord', {
  id: schemas.like('1234'),
  createdAt: schemas.time,
  type: schemas.oneOf(AUDIT_EVENT_TYPES),
  actorId: orNull(uuid),
  userId: orNull(uuid),
  clientId: orNull(text),
  grantId: orNull(uuid),
  ip: orNull(text),
  details: schemas.object,
});

/** The audit trail, for administrators. Nothing can change it. */
@Injectable()
export class AdminAuditService {
  constructor(@InjectRepository(AuditRecord) private readonly records: Repository<AuditRecord>) {}

  /** The newest first; all filters at once. */
  async list(
    _actor: Actor,
    { type, userId, clientId, since, cursor, limit }: ListAuditQuery,
  ): Promise<AuditPage> {
    const found = await this.records.find({
      where: {
        ...(type && { type }),
        ...(userId && { userId }),
        ...(clientId && { clientId: clientId.replaceAll('\0', '') }),
        ...(since && { createdAt: MoreThanOrEqual(new Date(since)) }),
        ...(cursor && { id: LessThan(cursor) }),
      },
      order: { id: 'DESC' },
      take: limit + 1,
    });
    const items = found.slice(0, limit);
    return { items, limit, nextCursor: found.length > limit ? (items.at(-1)?.id ?? null) : null };
  }
}
