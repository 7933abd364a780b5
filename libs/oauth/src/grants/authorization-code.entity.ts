import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/** An authorization code (RFC 6749 §4.1.2). Kept after use, so that a second use is noticed. */
@Entity('oauth_authorization_codes')
export class AuthorizationCode {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_oauth_authorization_codes' })
  id!: string;

  @Index('ux_oauth_authorization_codes_hash', { unique: true })
  @Column({ name: 'code_hash', type: 'text' })
  codeHash!: string;

  @Index('ix_oauth_authorization_codes_grant')
  @ForeignKey('oauth_grants', { name: 'fk_oauth_authorization_codes_grant', onDelete: 'CASCADE' })
  @Column({ name: 'grant_id', type: 'uuid' })
  grantId!: string;

  @Column({ name: 'redirect_uri', type: 'text' })
  redirectUri!: string;

  /** Null never happens in new rows; such a code cannot be redeemed. */
  @Column({ name: 'code_challenge', type: 'text', nullable: true })
  codeChallenge!: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Index('ix_oauth_authorization_codes_expires')
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  @Column({ name: 'consumed_at', type: 'timestamptz', nullable: true })
  consumedAt!: Date | null;
}
