import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { ErrorCode } from '#libs/errors';
import { bigintAsNumber } from '../records/bigint.transformer.js';

export type IngestStatus = 'QUEUED' | 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED';

/** An AppError as the worker leaves it for the caller who waits in another process. */
export interface IngestError {
  code: ErrorCode;
  message: string;
  nextStep?: string;
}

/** One fetch of a URL that runs as a job in the worker. The row is the truth, the queue entry only wakes a worker. */
@Entity('ingests')
export class Ingest {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'pk_ingests' })
  id!: string;

  @ForeignKey('users', { name: 'fk_ingests_user' })
  @Column('uuid', { name: 'user_id' })
  userId!: string;

  /** Whole, because the worker needs it; its query may hold a signature, so it is never logged. */
  @Column('text', { name: 'url' })
  url!: string;

  @Column('text', { name: 'file_name', nullable: true })
  fileName!: string | null;

  /** As the caller declared it. */
  @Column('text', { name: 'content_type', nullable: true })
  contentType!: string | null;

  @Column('text', { name: 'status', default: 'QUEUED' })
  status!: IngestStatus;

  @Column('bigint', { name: 'received_bytes', default: 0, transformer: bigintAsNumber })
  receivedBytes!: number;

  /** As the remote server announced it; null when it did not. */
  @Column('bigint', { name: 'total_bytes', nullable: true, transformer: bigintAsNumber })
  totalBytes!: number | null;

  @Column('jsonb', { name: 'error', nullable: true })
  error!: IngestError | null;

  @Index('ix_ingests_file')
  @ForeignKey('files', { name: 'fk_ingests_file', onDelete: 'SET NULL' })
  @Column('uuid', { name: 'file_id', nullable: true })
  fileId!: string | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** The worker touches it every second while it fetches: an old value means that nobody does. */
  @Index('ix_ingests_updated')
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
