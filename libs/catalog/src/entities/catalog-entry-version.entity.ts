import { Column, CreateDateColumn, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { JsonObject } from '../catalog.types.js';
import { CatalogEntry } from './catalog-entry.entity.js';

/** Who changes the catalogue: a release of this software that brings its own entries, or people. */
export type ChangeOrigin = 'release' | 'operator';

/** An entry as it stood from one change to the next. Written with the change, never changed. */
@Entity('catalog_entry_versions')
export class CatalogEntryVersion {
  @PrimaryColumn({ type: 'uuid', name: 'entry_id', primaryKeyConstraintName: 'pk_catalog_entry_versions' })
  @ForeignKey(() => CatalogEntry, { name: 'fk_catalog_entry_versions_entry', onDelete: 'CASCADE' })
  entryId!: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'pk_catalog_entry_versions' })
  version!: number;

  /** The whole definition. `json`, which keeps the order of the fields. */
  @Column({ type: 'json' })
  definition!: JsonObject;

  /** Not told by the user alone: an operator's command has none either. */
  @Column({ type: 'text' })
  origin!: ChangeOrigin;

  /** Null: the installation itself, or an operator's command. No foreign key: the row outlives the user. */
  @Column({ type: 'uuid', name: 'changed_by', nullable: true })
  changedBy!: string | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'changed_at', default: () => 'now()' })
  changedAt!: Date;
}
