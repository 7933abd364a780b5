import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * A validated authorization request that waits for a person. It is kept here and not in the pages' fields, so that
 * nothing which happens in the browser between sign-in and consent can change it.
 */
@Entity('oauth_authorization_requests')
export class AuthorizationRequest {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_oauth_authorization_requests' })
  id!: string;

  @Index('ix_oauth_authorization_requests_client')
  @ForeignKey('oauth_clients', { name: 'fk_oauth_authorization_requests_client', onDelete: 'CASCADE' })
  @Column({ name: 'client_id', type: 'uuid' })
  clientId!: string;

  /** Hash of the browser's name: in another browser the id of this request is worth nothing. */
  @Column({ name: 'browser_hash', type: 'text' })
  browserHash!: string;

  @Column({ name: 'redirect_uri', type: 'text' })
  redirectUri!: string;

  @Column({ type: 'text', nullable: true })
  state!: string | null;

  @Column({ type: 'text', array: true })
  scopes!: string[];

  @Column({ type: 'text' })
  resource!: string;

  /** PKCE S256 (RFC 7636 §4.2). */
  @Column({ name: 'code_challenge', type: 'text' })
  codeChallenge!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Index('ix_oauth_authorization_requests_expires')
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  /** Approved or denied: it is used up. */
  @Column({ name: 'decided_at', type: 'timestamptz', nullable: true })
  decidedAt!: Date | null;
}
