import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * What one user once allowed one client: the family to which every code and token of that consent belongs. Revoking
 * it ends them all.
 */
@Entity('oauth_grants')
export class Grant {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_oauth_grants' })
  id!: string;

  @Index('ix_oauth_grants_user')
  @ForeignKey('users', { name: 'fk_oauth_grants_user', onDelete: 'CASCADE' })
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  @Index('ix_oauth_grants_client')
  @ForeignKey('oauth_clients', { name: 'fk_oauth_grants_client', onDelete: 'CASCADE' })
  @Column({ name: 'client_id', type: 'uuid' })
  clientId!: string;

  /** The user's `signInEpoch` at the consent. The grant is worthless once the user's is another. */
  @Column({ name: 'sign_in_epoch', type: 'integer', default: 0 })
  signInEpoch!: number;

  @Column({ type: 'text', array: true })
  scopes!: string[];

  /** The protected resource that its tokens are for (RFC 8707). */
  @Column({ type: 'text' })
  resource!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  /** The end that no rotation can move. */
  @Index('ix_oauth_grants_expires')
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  /** Within minutes, for the page of connected assistants. */
  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;

  @Column({ name: 'revoked_reason', type: 'text', nullable: true })
  revokedReason!: string | null;
}
