import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A browser's session. The id that the cookie carries is not here, only its hash. */
@Entity('web_sessions')
export class WebSession {
  @PrimaryColumn({ name: 'sid_hash', type: 'text', primaryKeyConstraintName: 'pk_web_sessions' })
  sidHash!: string;

  /** Null until someone signs in. A column of its own so that all sessions of a user can be ended. */
  @Index('ix_web_sessions_user')
  @ForeignKey('users', { name: 'fk_web_sessions_user', onDelete: 'CASCADE' })
  @Column({ name: 'user_id', type: 'uuid', nullable: true })
  userId!: string | null;

  /** What @fastify/session stores: cookie settings, the CSRF secret and our fields. */
  @Column({ type: 'jsonb' })
  data!: object;

  @Index('ix_web_sessions_expires')
  @Column({ name: 'expires_at', type: 'timestamptz' })
  expiresAt!: Date;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
