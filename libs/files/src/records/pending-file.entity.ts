import { Column, CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';
import { bigintAsNumber } from './bigint.transformer.js';

/**
 * Bytes in the storage that no file has (yet): they are being written, or their file was deleted. It is here before
 * the first of them, and goes in the transaction that makes the file, or after the last of them, so that whatever
 * dies in between leaves nothing in the storage that nobody knows.
 */
@Entity('pending_files')
@Index('ix_pending_files_user', ['userId'], { where: '"user_id" IS NOT NULL' })
export class PendingFile {
  @PrimaryColumn({
    type: 'text',
    name: 'storage_key',
    collation: 'C',
    primaryKeyConstraintName: 'pk_pending_files',
  })
  storageKey!: string;

  @Index('ix_pending_files_created')
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** Whose limits it counts towards; null for what is to be deleted. */
  @Column('uuid', { name: 'user_id', nullable: true })
  userId!: string | null;

  /** It counts towards the uploads at once. */
  @Column('boolean', { name: 'is_upload', default: false })
  isUpload!: boolean;

  /** Bytes that are kept free for it; 0 when its size is not known. */
  @Column('bigint', { name: 'announced', default: 0, transformer: bigintAsNumber })
  announced!: number;

  /** Sign of life of whoever writes it. */
  @Column('timestamptz', { name: 'alive_at', default: () => 'now()' })
  aliveAt!: Date;
}
