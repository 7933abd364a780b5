import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import type { AuditEventType } from './audit-event-types.js';
import { type AuditDetails, AuditRecord } from './audit-record.entity.js';

/** One thing that happened. What is left out is not known or does not apply. */
export interface AuditEvent {
  type: AuditEventType;
  /** Who did it, when somebody was signed in. */
  actorId?: string | null;
  /** Whose account it is about. */
  userId?: string | null;
  /** The protocol's `client_id`. */
  clientId?: string | null;
  grantId?: string | null;
  /** Address that the request came from. */
  ip?: string | null;
  /** Short values only, and never a secret, a code or a token. */
  details?: AuditDetails;
}

/** By hand, because it is part of every token refresh: TypeORM's own insert takes more than twice as long. */
const INSERT = `
  INSERT INTO audit_records (type, actor_id, user_id, client_id, grant_id, ip, details)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

/** Well below the 65,535 parameters that a statement may have. */
const ROWS_PER_INSERT = 1_000;

/** The append-only audit trail. */
@Injectable()
export class AuditLog {
  constructor(@InjectRepository(AuditRecord) private readonly records: Repository<AuditRecord>) {}

  /** @param manager the transaction of the change itself, so that neither exists without the other */
  async record(event: AuditEvent, manager: EntityManager = this.records.manager): Promise<void> {
    const { type, actorId, userId, clientId, grantId, ip, details = {} } = event;
    await manager.query(INSERT, [type, actorId, userId, clientId, grantId, ip, details]);
  }

  /** Many events of one change. */
  async recordAll(events: AuditEvent[], manager: EntityManager = this.records.manager): Promise<void> {
    for (let start = 0; start < events.length; start += ROWS_PER_INSERT) {
      await manager.insert(AuditRecord, events.slice(start, start + ROWS_PER_INSERT));
    }
  }
}
