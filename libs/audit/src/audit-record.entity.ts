import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { AuditEventType } from './audit-event-types.js';

/** Short values, and short lists of names. */
export type AuditDetails = Record<string, string | number | boolean | null | readonly string[]>;

/**
 * What happened, once and for ever: the database refuses to change or delete a row. Ids are plain values without
 * foreign keys, because the record outlives what it is about.
 */
@Entity('audit_records')
@Index('ix_audit_records_user', ['userId', 'id'])
@Index('ix_audit_records_client', ['clientId', 'id'])
@Index('ix_audit_records_type', ['type', 'id'])
@Index('ix_audit_records_created', ['createdAt'])
export class AuditRecord {
  /** Rising, so that newest-first needs no other order. */
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_audit_records',
  })
  id!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column({ type: 'text' })
  type!: AuditEventType;

  /** Who did it; null when nobody was signed in. */
  @Column({ name: 'actor_id', type: 'uuid', nullable: true })
  actorId!: string | null;

  /** Whose account it is about. */
  @Column({ name: 'user_id', type: 'uuid', nullable: true })
  userId!: string | null;

  /** The protocol's `client_id`. */
  @Column({ name: 'client_id', type: 'text', nullable: true })
  clientId!: string | null;

  @Column({ name: 'grant_id', type: 'uuid', nullable: true })
  grantId!: string | null;

  /** Address that the request came from. */
  @Column({ type: 'text', nullable: true })
  ip!: string | null;

  /** What else there is to know. Never a secret. */
  @Column({ type: 'jsonb', default: {} })
  details!: AuditDetails;
}
