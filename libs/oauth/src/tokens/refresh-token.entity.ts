import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A refresh token. Rotation marks it consumed and makes a child; `rotation.ts` has the rules. */
@Entity('oauth_refresh_tokens')
export class RefreshToken {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_oauth_refresh_tokens' })
  id!: string;

  @Index('ux_oauth_refresh_tokens_hash', { unique: true })
  @Column({ name: 'token_hash', type: 'text' })
  tokenHash!: string;

  @Index('ix_oauth_refresh_tokens_grant')
  @ForeignKey('oauth_grants', { name: 'fk_oauth_refresh_tokens_grant', onDelete: 'CASCADE' })
  @Column({ name: 'grant_id', type: 'uuid' })
  grantId!: string;

  /** The token that was exchanged for this one; null for the family's first. */
  @Index('ix_oauth_refresh_tokens_parent')
  @ForeignKey('oauth_refresh_tokens', { name: 'fk_oauth_refresh_tokens_parent', onDelete: 'SET NULL' })
  @Column({ name: 'parent_id', type: 'uuid', nullable: true })
  parentId!: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  /** End of its idle time; at most the grant's end. */
  @Index('ix_oauth_refresh_tokens_expires')
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  /** First exchanged. */
  @Column({ name: 'consumed_at', type: 'timestamptz', nullable: true })
  consumedAt!: Date | null;

  /** Replaced because the response that carried it was lost; its use means theft. */
  @Column({ name: 'superseded_at', type: 'timestamptz', nullable: true })
  supersededAt!: Date | null;
}
