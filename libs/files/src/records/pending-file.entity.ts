import { CreateDateColumn, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * Bytes that are being written and have no file yet. It is here before the first of them, and goes in the
 * transaction that makes the file, so that whatever dies in between leaves nothing in the storage that nobody knows.
 */
@Entity('pending_files')
export class PendingFile {
  @PrimaryColumn({ type: 'text', name: 'storage_key', primaryKeyConstraintName: 'pk_pending_files' })
  storageKey!: string;

  @Index('ix_pending_files_created')
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
