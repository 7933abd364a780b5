import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/** An access token: an opaque string to everyone, a hash here. */
@Entity('oauth_access_tokens')
export class AccessToken {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_oauth_access_tokens' })
  id!: string;

  @Index('ux_oauth_access_tokens_hash', { unique: true })
  @Column({ name: 'token_hash', type: 'text' })
  tokenHash!: string;

  @Index('ix_oauth_access_tokens_grant')
  @ForeignKey('oauth_grants', { name: 'fk_oauth_access_tokens_grant', onDelete: 'CASCADE' })
  @Column({ name: 'grant_id', type: 'uuid' })
  grantId!: string;

  /** The refresh token that was issued in the same response. */
  @Index('ix_oauth_access_tokens_refresh_token')
  @ForeignKey('oauth_refresh_tokens', { name: 'fk_oauth_access_tokens_refresh_token', onDelete: 'SET NULL' })
  @Column({ name: 'refresh_token_id', type: 'uuid', nullable: true })
  refreshTokenId!: string | null;

  /** The grant's scopes, or fewer when the client asked for fewer. */
  @Column({ type: 'text', array: true })
  scopes!: string[];

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Index('ix_oauth_access_tokens_expires')
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  /** First call with it: the response that carried it, and its refresh token, did arrive. */
  @Column({ name: 'first_used_at', type: 'timestamptz', nullable: true })
  firstUsedAt!: Date | null;

  @Column({ name: 'revoked_at', type: 'timestamptz', nullable: true })
  revokedAt!: Date | null;
}
