import { Check, Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { Role } from '../actor.js';

/** A key for scripts: direct uploads and the admin REST. The key itself is shown once and not stored. */
@Entity('api_keys')
@Check('ck_api_keys_role', `role IN ('admin', 'curator', 'user')`)
export class ApiKey {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_api_keys' })
  id!: string;

  @Index('ix_api_keys_user')
  @ForeignKey('users', { name: 'fk_api_keys_user', onDelete: 'CASCADE' })
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** What its owner calls it. */
  @Column({ type: 'text' })
  name!: string;

  /** The most that this key may do; never more than its owner. */
  @Column({ type: 'text' })
  role!: Role;

  @Index('ux_api_keys_hash', { unique: true })
  @Column({ name: 'key_hash', type: 'text' })
  keyHash!: string;

  /** The first characters, so that people can tell their keys apart. */
  @Column({ type: 'text' })
  hint!: string;

  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
