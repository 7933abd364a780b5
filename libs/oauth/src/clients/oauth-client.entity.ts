import { Check, Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** How the client came to be known: it registered itself, it publishes a document, or an admin entered it. */
export type ClientKind = 'dynamic' | 'metadata' | 'static';

/** RFC 7591 §2 `token_endpoint_auth_method`; `none` is a public client. */
export type ClientAuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post';

/** An application that may ask users for access (RFC 6749 §2). */
@Entity('oauth_clients')
@Check('ck_oauth_clients_kind', `kind IN ('dynamic', 'metadata', 'static')`)
export class OAuthClient {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_oauth_clients' })
  id!: string;

  /** The `client_id` of the protocol. */
  @Index('ux_oauth_clients_client_id', { unique: true })
  @Column({ name: 'client_id', type: 'text' })
  clientId!: string;

  @Column({ type: 'text' })
  kind!: ClientKind;

  /** What the client calls itself, cleaned for display. Never proof of who it is. */
  @Column({ type: 'text', nullable: true })
  name!: string | null;

  @Column({ name: 'redirect_uris', type: 'text', array: true })
  redirectUris!: string[];

  @Column({ name: 'grant_types', type: 'text', array: true })
  grantTypes!: string[];

  @Column({ name: 'token_endpoint_auth_method', type: 'text' })
  authMethod!: ClientAuthMethod;

  @Column({ name: 'secret_hash', type: 'text', nullable: true })
  secretHash!: string | null;

  /** What it registered, narrowed to what there is; space-separated. */
  @Column({ type: 'text' })
  scope!: string;

  /** The rest of its metadata, as told: `client_uri`, `software_id`, … */
  @Column({ type: 'jsonb', default: {} })
  extra!: Record<string, string>;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  /** Last token issued. A client that never got one is swept after a day. */
  @Index('ix_oauth_clients_last_used')
  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;

  /** When its document was fetched; null unless it is known by a document. */
  @Column({ name: 'document_fetched_at', type: 'timestamptz', nullable: true })
  documentFetchedAt!: Date | null;

  /** Until when the document holds for new authorization requests. */
  @Column({ name: 'document_expires_at', type: 'timestamptz', nullable: true })
  documentExpiresAt!: Date | null;

  @Column({ name: 'disabled_at', type: 'timestamptz', nullable: true })
  disabledAt!: Date | null;
}
