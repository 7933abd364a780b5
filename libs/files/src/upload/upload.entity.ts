import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import { bigintAsNumber } from '../records/bigint.transformer.js';

/** A direct upload that was announced. When its bytes are in, a file with the same key exists. */
@Entity('uploads')
@Index('ix_uploads_unfinished', ['userId'], { where: '"completed_at" IS NULL' })
export class Upload {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_uploads' })
  id!: string;

  /** The key that the file will have. */
  @Index('ux_uploads_key', { unique: true })
  @Column('text', { name: 'key' })
  key!: string;

  @ForeignKey('users', { name: 'fk_uploads_user' })
  @Column('uuid', { name: 'user_id' })
  userId!: string;

  @Column('text', { name: 'file_name' })
  fileName!: string;

  @Column('text', { name: 'content_type' })
  contentType!: string;

  /** Bytes announced; null when the client did not say. */
  @Column('bigint', { name: 'size', nullable: true, transformer: bigintAsNumber })
  size!: number | null;

  @Column('boolean', { name: 'multipart' })
  multipart!: boolean;

  /** The storage's own id, when the storage takes the parts; null when they come through this server. */
  @Column('text', { name: 'multipart_id', nullable: true })
  multipartId!: string | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** From then on nothing more is accepted, and soon its parts are deleted. */
  @Index('ix_uploads_expires')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;

  /** Until then one process has it for itself, to complete or remove it. */
  @Column('timestamptz', { name: 'claimed_until', nullable: true })
  claimedUntil!: Date | null;
}
