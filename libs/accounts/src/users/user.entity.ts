import { Check, Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { Role } from '../actor.js';

/** A person who can sign in. */
@Entity('users')
@Check('ck_users_role', `role IN ('admin', 'curator', 'user')`)
export class User {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_users' })
  id!: string;

  /** Lower-cased, so that the unique index is the rule. */
  @Index('ux_users_email', { unique: true })
  @Column({ type: 'text' })
  email!: string;

  /** argon2id in PHC format. */
  @Column({ name: 'password_hash', type: 'text', select: false })
  passwordHash!: string;

  @Column({ type: 'text' })
  role!: Role;

  /** Set: the user cannot sign in, and tokens and keys do not work. */
  @Column({ name: 'disabled_at', type: 'timestamptz', nullable: true })
  disabledAt!: Date | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
