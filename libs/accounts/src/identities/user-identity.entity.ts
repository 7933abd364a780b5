import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * An account at an OpenID provider that signs a user in. The provider's name for it is issuer and subject together
 * (OpenID Connect Core §5.7): an e-mail address may be changed, and be given to somebody else.
 */
@Entity('user_identities')
@Index('ux_user_identities_issuer_subject', ['issuer', 'subject'], { unique: true })
export class UserIdentity {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_user_identities' })
  id!: string;

  @Index('ix_user_identities_user')
  @ForeignKey('users', { name: 'fk_user_identities_user', onDelete: 'CASCADE' })
  @Column({ name: 'user_id', type: 'uuid' })
  userId!: string;

  /** `iss` of the ID token. */
  @Column({ type: 'text' })
  issuer!: string;

  /** `sub` of the ID token. */
  @Column({ type: 'text' })
  subject!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
