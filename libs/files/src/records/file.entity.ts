import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import { bigintAsNumber } from './bigint.transformer.js';

/** One stored file: whole, measured, and readable by whoever knows its key. */
@Entity('files')
@Index('ix_files_user_created', ['userId', 'createdAt'])
export class FileRecord {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_files' })
  id!: string;

  /** The unguessable name in `/media/<key>`. */
  @Index('ux_files_key', { unique: true })
  @Column('text', { name: 'key' })
  key!: string;

  /** Where the bytes are in the storage. Not the public key: two writers of one key cannot touch each other. */
  @Index('ux_files_storage_key', { unique: true })
  @Column({ type: 'text', name: 'storage_key', collation: 'C' })
  storageKey!: string;

  @ForeignKey('users', { name: 'fk_files_user' })
  @Column('uuid', { name: 'user_id' })
  userId!: string;

  /** The inference request that made it; null for uploads. */
  @Index('ix_files_request')
  @Column('text', { name: 'request_id', nullable: true })
  requestId!: string | null;

  /** Cleaned; for display and `Content-Disposition` only, never a path. */
  @Column('text', { name: 'file_name' })
  fileName!: string;

  @Column('text', { name: 'content_type' })
  contentType!: string;

  /** Bytes. */
  @Column('bigint', { name: 'size', transformer: bigintAsNumber })
  size!: number;

  /** Hex. */
  @Column('text', { name: 'sha256' })
  sha256!: string;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** From then on the file is not served, and soon deleted. */
  @Index('ix_files_expires')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
