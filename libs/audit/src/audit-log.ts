import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import type { AuditEventType } from './audit-event-types.js';
import { AuditRecord } from './audit-record.entity.js';

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
  details?: Record<string, string | number | boolean | null>;
}

/** The append-only audit trail. */
@Injectable()
export class AuditLog {
  constructor(@InjectRepository(AuditRecord) private readonly records: Repository<AuditRecord>) {}

  /** @param manager the transaction of the change itself, so that neither exists without the other */
  async record(event: AuditEvent, manager: EntityManager = this.records.manager): Promise<void> {
    await manager.insert(AuditRecord, event);
  }
}
