import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Category, EntryKind } from '../catalog.types.js';

/** The state of one curated list as a whole. A list that was never set has no row, and counts as version 0. */
@Entity('recommendation_lists')
export class RecommendationListState {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_recommendation_lists' })
  kind!: EntryKind;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_recommendation_lists' })
  category!: Category;

  /** Goes up with every change; part of the list's entity tag. */
  @Column({ type: 'integer' })
  version!: number;

  @Column({ type: 'timestamptz', name: 'changed_at', default: () => 'now()' })
  changedAt!: Date;

  /** Null: the installation itself, or somebody who is gone. */
  @Column({ type: 'uuid', name: 'changed_by', nullable: true })
  @ForeignKey('users', { name: 'fk_recommendation_lists_changed_by', onDelete: 'SET NULL' })
  @Index('ix_recommendation_lists_changed_by')
  changedBy!: string | null;
}
