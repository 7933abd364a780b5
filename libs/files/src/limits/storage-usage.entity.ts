import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { bigintAsNumber } from '../records/bigint.transformer.js';

/** How much a user has stored. A trigger on `files` counts, so that it is right whoever adds or deletes. */
@Entity('storage_usage')
export class StorageUsage {
  @ForeignKey('users', { name: 'fk_storage_usage_user', onDelete: 'CASCADE' })
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'pk_storage_usage' })
  userId!: string;

  @Column('bigint', { name: 'files', default: 0, transformer: bigintAsNumber })
  files!: number;

  @Column('bigint', { name: 'bytes', default: 0, transformer: bigintAsNumber })
  bytes!: number;
}
