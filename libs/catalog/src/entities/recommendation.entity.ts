import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Category, EntryKind } from '../catalog.types.js';
import { CatalogEntry } from './catalog-entry.entity.js';

/** One place in a curated list: what to try first, in the curator's order. */
@Entity('recommendations')
@Unique('uq_recommendations_entry', ['kind', 'category', 'entryId'])
export class Recommendation {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_recommendations' })
  kind!: EntryKind;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_recommendations' })
  category!: Category;

  /** From 0. */
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'pk_recommendations' })
  position!: number;

  @Column({ type: 'uuid', name: 'entry_id' })
  @ForeignKey(() => CatalogEntry, { name: 'fk_recommendations_entry', onDelete: 'CASCADE' })
  @Index('ix_recommendations_entry')
  entryId!: string;

  /** Why it is recommended, or when to take it. */
  @Column({ type: 'text' })
  note!: string;
}
