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

  /** argon2id in PHC format; null when the user signs in with an identity provider only. */
  @Column({ name: 'password_hash', type: 'text', select: false, nullable: true })
  passwordHash!: string | null;

  @Column({ type: 'text' })
  role!: Role;

  /** Set: the user cannot sign in, and tokens and keys do not work. */
  @Column({ name: 'disabled_at', type: 'timestamptz', nullable: true })
  disabledAt!: Date | null;

  /**
   * Rises when everything that the user is signed in with ends. Web sessions and grants carry the number under which
   * they began and are worthless under any other: no clock decides, and what began in the same instant ends too.
   */
  @Column({ name: 'sign_in_epoch', type: 'integer', default: 0 })
  signInEpoch!: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
