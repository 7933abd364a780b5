import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { bigintAsNumber } from '../records/bigint.transformer.js';

/** One part of a multipart upload, stored as an object of its own until the upload is completed. */
@Entity('upload_parts')
export class UploadPart {
  @ForeignKey('uploads', { name: 'fk_upload_parts_upload', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'upload_id', primaryKeyConstraintName: 'pk_upload_parts' })
  uploadId!: string;

  /** 1–10,000; the order in the file. */
  @PrimaryColumn('integer', { name: 'part_number', primaryKeyConstraintName: 'pk_upload_parts' })
  partNumber!: number;

  @Index('ux_upload_parts_storage_key', { unique: true })
  @Column({ type: 'text', name: 'storage_key', collation: 'C' })
  storageKey!: string;

  /** Bytes. */
  @Column('bigint', { name: 'size', transformer: bigintAsNumber })
  size!: number;

  /** The part's SHA-256 in hex. */
  @Column('text', { name: 'etag' })
  etag!: string;
}
